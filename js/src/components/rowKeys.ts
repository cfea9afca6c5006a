// A table's rows as one tab stop: the keys that move, select and explore, the same in every table of titles.

import type { Signal } from "@preact/signals";
import { clamp } from "../lib/clamp";
import { rowsBetween } from "../lib/ranking";

export interface RowsInUse {
  /** Rows in the order shown, in sight or scrolled out of it. */
  order: readonly number[];
  /** What Ctrl/Cmd+A selects: the filtered set, shown or not. */
  filtered: ArrayLike<number>;
  active: Signal<number | null>;
  selection: Signal<number[]>;
  onExplore: (row: number) => void;
  /** Bring a row into the document and focus it. */
  focusRow: (row: number) => void;
  pageSize: number;
  onSearch?: () => void;
  onCopy: () => void;
}

function toggled(selection: readonly number[], row: number): number[] {
  return selection.includes(row) ? selection.filter((other) => other !== row) : [...selection, row];
}

function added(selection: readonly number[], rows: readonly number[]): number[] {
  return [...new Set([...selection, ...rows])];
}

/** Up/Down, PageUp/PageDown, Home/End, Space, Shift+arrows, Ctrl/Cmd+A, Ctrl/Cmd+C, Enter, "/", Escape. */
export function onRowKey(event: KeyboardEvent, rows: RowsInUse): void {
  const { order, active, selection } = rows;
  const command = event.ctrlKey || event.metaKey;
  const at = active.value === null ? -1 : order.indexOf(active.value);
  const go = (to: number) => {
    const next = order[clamp(to, 0, order.length - 1)];
    if (next === undefined) return;
    if (event.shiftKey && active.value !== null) {
      selection.value = added(selection.value, rowsBetween(order, active.value, next));
    }
    rows.focusRow(next);
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
  else if (event.key === "/" && rows.onSearch) rows.onSearch();
  else if (event.key === "Escape" && selection.value.length > 0) selection.value = [];
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** A click selects the row alone and explores it; with Ctrl/Cmd it adds or removes it, with Shift all up to it. */
export function onRowClick(event: MouseEvent, row: number, rows: RowsInUse): void {
  const { active, selection } = rows;
  const from = active.value;
  active.value = row;
  if (event.shiftKey) {
    selection.value = added(selection.value, from === null ? [row] : rowsBetween(rows.order, from, row));
  } else if (event.ctrlKey || event.metaKey) selection.value = toggled(selection.value, row);
  else {
    selection.value = [row];
    rows.onExplore(row);
  }
}
