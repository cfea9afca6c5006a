// The tooltip of a point: placed after it is measured, inside the widget on all four sides.
import { useLayoutEffect, useRef } from "preact/hooks";
import { placeTooltip } from "../../lib/scatter/tooltip";

interface Props {
  title: string;
  lines: readonly string[];
  /** The point, in pixels from the corner of the tooltip's positioned ancestor, and its radius. */
  x: number;
  y: number;
  radius: number;
}

export function Tooltip({ title, lines, x, y, radius }: Props) {
  const tip = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const el = tip.current;
    const room = el?.offsetParent;
    if (!el || !room) return;
    const size = { width: el.offsetWidth, height: el.offsetHeight };
    const { left, top } = placeTooltip(
      x,
      y,
      size,
      { width: room.clientWidth, height: room.clientHeight },
      radius + 8,
    );
    el.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  });
  return (
    <div ref={tip} class="cw-popup cw-scatter-tip" role="tooltip">
      <b class="cw-clamp">{title}</b>
      {lines.map((line) => (
        <span key={line} class="cw-soft">
          {line}
        </span>
      ))}
    </div>
  );
}
