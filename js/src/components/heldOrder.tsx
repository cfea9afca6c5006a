// While someone points at a table or has the focus in it, training must not move its rows: the order is held.
import { useReducer, useRef, useState } from "preact/hooks";
import { sameRows } from "../lib/ranking";
import { Button } from "./Button";
import { TAB_STOP } from "./rows";

/** `asked` names what the user asked for (sorting, filters): a change of it always takes effect at once. */
export function useHeldOrder<T extends ArrayLike<number>>(fresh: T, asked: string, held: boolean) {
  const shown = useRef({ order: fresh, asked });
  const [, redraw] = useReducer<number, void>((count) => count + 1, 0);
  if (!held || shown.current.asked !== asked || sameRows(shown.current.order, fresh)) {
    shown.current = { order: fresh, asked };
  }
  return {
    order: shown.current.order,
    /** A newer order waits. */
    stale: shown.current.order !== fresh,
    refresh: () => {
      shown.current = { order: fresh, asked };
      redraw();
    },
  };
}

export type Holding = ReturnType<typeof useHolding>;

export function useHolding() {
  const [held, setHeld] = useState(false);
  const by = useRef({ pointer: false, focus: false }).current;
  const set = (who: "pointer" | "focus", holds: boolean) => () => {
    by[who] = holds;
    setHeld(by.pointer || by.focus);
  };
  return {
    /** Whether the pointer is over the rows or the focus among them. */
    held,
    pointer: { onPointerEnter: set("pointer", true), onPointerLeave: set("pointer", false) },
    focus: {
      onFocusIn: set("focus", true),
      onFocusOut: ({ relatedTarget }: FocusEvent) => {
        // The way to the button that lets go of the order leads out of the rows.
        if (!(relatedTarget as Element | null)?.closest(".cw-chip")) set("focus", false)();
      },
    },
    /** The rows are gone, and with them whatever was over them. */
    release: () => {
      by.pointer = false;
      by.focus = false;
      setHeld(false);
    },
  };
}

/** Over a table whose order is held: a newer one waits. */
export function OrderChip(props: { stale: boolean; refresh: () => void; holding: Holding }) {
  const { stale, refresh, holding } = props;
  if (!stale) return null;
  return (
    <div class="cw-chip" {...holding.focus}>
      <Button label="order updated, refresh" then={TAB_STOP} onClick={refresh} />
    </div>
  );
}
