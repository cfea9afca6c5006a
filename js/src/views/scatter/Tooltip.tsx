// The tooltip of a point: placed after it is measured, inside the widget on all four sides.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { placeTooltip } from "../../lib/scatter/tooltip";
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
    const { left, top } = placeTooltip(
      tip.x + plot.offsetLeft,
      tip.y + plot.offsetTop,
      { width: el.offsetWidth, height: el.offsetHeight },
      { width: room.clientWidth, height: room.clientHeight },
      tip.radius + 8,
    );
    el.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  });
  const lines = nearest ? [...pointLines(facts), `nearest: ${nearest}`] : pointLines(facts);
  return (
    <div ref={box} class="cw-popup cw-scatter-tip" role="tooltip">
      <b class="cw-clamp">{facts.title}</b>
      {lines.map((line) => (
        <span key={line} class="cw-soft">
          {line}
        </span>
      ))}
    </div>
  );
}
