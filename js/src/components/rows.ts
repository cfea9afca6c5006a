// A table's rows as one tab stop: where the focus is, and what each row listens to.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { setTo } from "./fields";
import type { Holding } from "./heldOrder";
import { onRowClick, onRowKey, type RowsInUse } from "./rowKeys";

/** The row that Tab leads to. */
export const TAB_STOP = '[data-row][tabindex="0"]';

export interface RowsOptions<E extends HTMLElement>
  extends Pick<RowsInUse, "order" | "filtered" | "selection" | "onExplore" | "onSearch" | "onCopy"> {
  /** What holds the rows, each marked by `data-row`. */
  body: RefObject<E | null>;
  holding: Holding;
  /** Whether the table scrolls to a row itself, which may be out of the document. */
  windowed: boolean;
  pageSize: number;
  /** Brings a row into sight within the table. */
  bring: (row: number) => void;
}

export function useRows<E extends HTMLElement>(options: RowsOptions<E>) {
  const { order, body, holding, bring, windowed } = options;
  /** The row that has, or had, the focus. */
  const active = useSignal<number | null>(null);
  const wantsFocus = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (wantsFocus.current === null) return;
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${wantsFocus.current}"]`);
    wantsFocus.current = null;
    row?.focus({ preventScroll: windowed });
  });
  useEffect(() => holding.release, []);
  const inUse: RowsInUse = {
    ...options,
    active,
    focusRow(row) {
      bring(row);
      wantsFocus.current = row;
      active.value = row;
    },
  };
  const tabStop = active.value !== null && order.includes(active.value) ? active.value : order[0];
  return {
    active: active.value,
    row: (row: number) => ({
      "data-row": row,
      tabIndex: row === tabStop ? 0 : -1,
      onClick: (event: MouseEvent) => onRowClick(event, row, inUse),
      onFocus: setTo(active, row),
    }),
    body: {
      ...holding.focus,
      onKeyDown: (event: KeyboardEvent) => {
        if ((event.target as HTMLElement).dataset.row !== undefined) onRowKey(event, inUse);
      },
    },
  };
}
