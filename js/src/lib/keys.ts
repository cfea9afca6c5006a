// Keys that all widgets have in common.

/** Ctrl/Cmd+Z is "undo"; with Shift, or Ctrl+Y, "redo"; anything else, and in a text field, null. */
export function historyKey(event: KeyboardEvent): "undo" | "redo" | null {
  if (event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey)) return null;
  const key = event.key.toLowerCase();
  if (key !== "z" && !(key === "y" && event.ctrlKey)) return null;
  const target = event.composedPath()[0] as HTMLInputElement;
  const isText = target.isContentEditable || /^(text|search|select)/.test(target.type ?? "");
  if (isText) return null;
  return key === "y" || event.shiftKey ? "redo" : "undo";
}
