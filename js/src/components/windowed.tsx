// Long tables keep only the rows in sight in the document: which they are, and how a row is brought into sight.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { drawnRows, rowsInSight } from "../lib/windowing";

/** Longer lists are windowed. */
const WINDOWED_ABOVE = 200;
/** Until the first row has been measured. */
const ROW_HEIGHT = 32;
const HEAD_HEIGHT = 40;

/** `lines` are what stands below the head, rows by their number. Without a window, all of them are drawn. */
export function useWindow(
  lines: readonly number[],
  box: RefObject<HTMLElement | null>,
  body: RefObject<HTMLElement | null>,
) {
  const [scroll, setScroll] = useState({ top: 0, height: 400 });
  const [rowHeight, setRowHeight] = useState(ROW_HEIGHT);
  const windowed = lines.length > WINDOWED_ABOVE;
  const look = () => {
    if (box.current) setScroll({ top: box.current.scrollTop, height: box.current.clientHeight });
  };
  useLayoutEffect(() => {
    const height = body.current?.querySelector<HTMLElement>("[data-row]")?.offsetHeight;
    if (height && height !== rowHeight) setRowHeight(height);
  });
  // A shorter list may leave the box scrolled past its end.
  useEffect(look, [lines.length]);
  return {
    windowed,
    box: { "data-windowed": windowed, onScroll: look },
    table: windowed ? { role: "grid" as const, "aria-rowcount": lines.length + 1 } : {},
    /** aria-rowindex of a line, where not all are in the document; the head has the first. */
    index: (line: number) => (windowed ? line + 2 : undefined),
    pageSize: Math.max(1, Math.floor(scroll.height / rowHeight) - 1),
    bring(row: number) {
      const view = box.current;
      const line = lines.indexOf(row);
      if (!view || line < 0) return;
      const element = body.current?.querySelector<HTMLElement>(`[data-row="${row}"]`);
      const head = view.querySelector("thead")?.offsetHeight ?? HEAD_HEIGHT;
      const top = windowed ? head + line * rowHeight : (element?.offsetTop ?? 0);
      if (top - head < view.scrollTop) view.scrollTop = top - head;
      else if (top + rowHeight > view.scrollTop + view.clientHeight) {
        view.scrollTop = top + rowHeight - view.clientHeight;
      }
      look();
    },
    /** The lines to draw; `active`, which may have the focus, is one of them wherever it is. */
    draw(active: number | null, columns: number, drawLine: (row: number, line: number) => ComponentChildren) {
      if (!windowed) return lines.map(drawLine);
      const inSight = rowsInSight(lines.length, rowHeight, scroll.top, scroll.height);
      const drawn = drawnRows(lines.length, inSight, active === null ? null : lines.indexOf(active));
      // One flat list, so that the row with the focus keeps its element while the others change.
      return [...drawn, lines.length].flatMap((line, i) => {
        const before = i ? drawn[i - 1] + 1 : 0;
        const place = before === 0 ? "top" : line === lines.length ? "end" : "middle";
        const spacer = line > before && (
          <tr key={`spacer-${place}`} aria-hidden="true" class="cw-spacer">
            <td colSpan={columns} style={{ height: `${(line - before) * rowHeight}px` }} />
          </tr>
        );
        return [spacer, line < lines.length && drawLine(lines[line], line)];
      });
    },
  };
}
