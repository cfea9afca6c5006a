// Keys that all widgets have in common.

/** Where a key is text: there, taking back is the field's own affair. */
const TYPED =
  'textarea, select, [contenteditable]:not([contenteditable="false"]), ' +
  'input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"], [type="color"])';

/** Ctrl/Cmd+Z is "undo"; with Shift, or Ctrl+Y, "redo"; anything else, and in a text field, null. */
export function historyKey(event: KeyboardEvent): "undo" | "redo" | null {
  if (event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey)) return null;
  const key = event.key.toLowerCase();
  if (key !== "z" && !(key === "y" && event.ctrlKey)) return null;
  const target = event.composedPath()[0] as Element | undefined;
  if (target?.closest?.(TYPED)) return null;
  return key === "y" || event.shiftKey ? "redo" : "undo";
}
