// A table's rows as one tab stop: where the focus is, and the keys and clicks that move, select and explore.
import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { clamp } from "../lib/clamp";
import { rowsBetween } from "../lib/ranking";
import { setTo } from "./fields";
import type { Holding } from "./heldOrder";

/** The row that Tab leads to. */
export const TAB_STOP = '[data-row][tabindex="0"]';

export interface Rows {
  /** Rows in the order shown, in sight or scrolled out of it. */
  order: readonly number[];
  /** What Ctrl/Cmd+A selects: the filtered set, shown or not. */
  filtered: ArrayLike<number>;
  selection: Signal<number[]>;
  onExplore: (row: number) => void;
  onSearch: () => void;
  onCopy: () => void;
  /** What holds the rows, each marked by `data-row`. */
  body: RefObject<HTMLElement | null>;
  holding: Holding;
  /** Whether the table scrolls to a row itself, which may be out of the document. */
  windowed: boolean;
  pageSize: number;
  /** Brings a row into sight within the table. */
  bring: (row: number) => void;
}

export function useRows(rows: Rows) {
  const { order, selection, body, holding, bring, windowed } = rows;
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
  const focusRow = (row: number) => {
    bring(row);
    wantsFocus.current = row;
    active.value = row;
  };
  /** Up/Down, PageUp/PageDown, Home/End, Space, Shift+arrows, Ctrl/Cmd+A, Ctrl/Cmd+C, Enter, "/", Escape. */
  const press = (event: KeyboardEvent) => {
    const command = event.ctrlKey || event.metaKey;
    const at = active.value === null ? -1 : order.indexOf(active.value);
    const go = (to: number) => {
      const next = order[clamp(to, 0, order.length - 1)];
      if (next === undefined) return;
      if (event.shiftKey && active.value !== null) {
        selection.value = added(selection.value, rowsBetween(order, active.value, next));
      }
      focusRow(next);
    };
    if (command) {
      if (event.key.toLowerCase() === "a") selection.value = Array.from(rows.filtered);
      else if (event.key.toLowerCase() === "c" && !String(getSelection() ?? "")) rows.onCopy();
      else return;
    } else if (event.altKey) return;
    else if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at < 0 ? 0 : at - 1);
    else if (event.key === "PageDown") go(at + rows.pageSize);
    else if (event.key === "PageUp") go(at - rows.pageSize);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(order.length - 1);
    else if (event.key === " " && active.value !== null)
      selection.value = toggled(selection.value, active.value);
    else if (event.key === "Enter" && active.value !== null) rows.onExplore(active.value);
    else if (event.key === "/") rows.onSearch();
    else if (event.key === "Escape" && selection.value.length > 0) selection.value = [];
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  /** A click selects the row alone and explores it; with Ctrl/Cmd it adds or removes it, with Shift all up to it. */
  const click = (event: MouseEvent, row: number) => {
    const from = active.value;
    active.value = row;
    if (event.shiftKey) {
      selection.value = added(selection.value, from === null ? [row] : rowsBetween(rows.order, from, row));
    } else if (event.ctrlKey || event.metaKey) selection.value = toggled(selection.value, row);
    else {
      selection.value = [row];
      rows.onExplore(row);
    }
  };
  const tabStop = active.value !== null && order.includes(active.value) ? active.value : order[0];
  return {
    active: active.value,
    row: (row: number) => ({
      "data-row": row,
      tabIndex: row === tabStop ? 0 : -1,
      onClick: (event: MouseEvent) => click(event, row),
      onFocus: setTo(active, row),
    }),
    body: {
      ...holding.focus,
      onKeyDown: (event: KeyboardEvent) => {
        if ((event.target as HTMLElement).dataset.row !== undefined) press(event);
      },
    },
  };
}

/** A selection with a row added, or without it where it was among them. */
export function toggled(selection: readonly number[], row: number): number[] {
  return selection.includes(row) ? selection.filter((other) => other !== row) : [...selection, row];
}

function added(selection: readonly number[], rows: readonly number[]): number[] {
  return [...new Set([...selection, ...rows])];
}
