// While someone points at a table or has the focus in it, training must not move its rows: the order is held.
import { useReducer, useRef } from "preact/hooks";
import { sameRows } from "../lib/ranking";

export interface HeldOrder {
  order: Int32Array;
  /** A newer order waits. */
  stale: boolean;
  refresh: () => void;
}

/** `asked` names what the user asked for (sorting, filters): a change of it always takes effect at once. */
export function useHeldOrder(fresh: Int32Array, asked: string, held: boolean): HeldOrder {
  const shown = useRef({ order: fresh, asked });
  const [, redraw] = useReducer<number, void>((count) => count + 1, 0);
  if (!held || shown.current.asked !== asked || sameRows(shown.current.order, fresh)) {
    shown.current = { order: fresh, asked };
  }
  return {
    order: shown.current.order,
    stale: shown.current.order !== fresh,
    refresh: () => {
      shown.current = { order: fresh, asked };
      redraw();
    },
  };
}
