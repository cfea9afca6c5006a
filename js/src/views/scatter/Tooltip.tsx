// The tooltip of a point: placed after it is measured, inside the widget on all four sides.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { clamp } from "../../lib/clamp";
import { type PointFacts, pointLines } from "../../lib/scatter/words";

interface Props {
  /** What the point is drawn on. */
  surface: RefObject<HTMLElement | null>;
  /** Where it is drawn, in pixels, and its radius. */
  tip: { x: number; y: number; radius: number };
  facts: PointFacts;
  nearest: string | null;
}

export function Tooltip({ surface, tip, facts, nearest }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const el = box.current;
    const room = el?.offsetParent;
    // The plot's place in the widget: the tooltip may use the room of all of it.
    const plot = surface.current?.parentElement;
    if (!el || !room || !plot) return;
    const [x, y, gap] = [tip.x + plot.offsetLeft, tip.y + plot.offsetTop, tip.radius + 8];
    const within = (place: number, most: number) => Math.round(clamp(place, 0, most));
    const left = within(x - el.offsetWidth / 2, room.clientWidth - el.offsetWidth);
    // Above the point, else below; where neither side has room, on the wider one.
    const [above, below] = [y - gap - el.offsetHeight, y + gap];
    const hasRoom = below + el.offsetHeight <= room.clientHeight || y <= room.clientHeight - y;
    const top = within(above >= 0 || !hasRoom ? above : below, room.clientHeight - el.offsetHeight);
    el.style.transform = `translate(${left}px, ${top}px)`;
  });
  const lines = nearest ? [...pointLines(facts), `nearest: ${nearest}`] : pointLines(facts);
  return (
    <div ref={box} class="cw-popup cw-scatter-tip" role="tooltip">
      <b class="cw-clamp">{facts.title}</b>
      {lines.map((line) => (
        <p key={line} class="cw-soft">
          {line}
        </p>
      ))}
    </div>
  );
}
