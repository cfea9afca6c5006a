// Rows that changed places slide there (FLIP: measure, let the layout happen, animate the difference away).
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const SLIDE_MS = 220;

/** Rows are the children of `body` with a `data-row`; nothing slides while `still`. */
export function useSlidingRows(
  body: RefObject<HTMLElement | null>,
  order: readonly number[],
  still: boolean,
) {
  const tops = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const now = new Map<string, number>();
    for (const row of body.current?.querySelectorAll<HTMLElement>("[data-row]") ?? []) {
      const key = row.dataset.row as string;
      const top = row.offsetTop;
      now.set(key, top);
      const moved = (tops.current.get(key) ?? top) - top;
      if (moved !== 0 && !still && row.animate) {
        row.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], {
          duration: SLIDE_MS,
          easing: "ease-out",
        });
      }
    }
    tops.current = now;
  }, [order, still]);
}
