// One style sheet a root (document or shadow root), there as long as a view needs it.
import { onAbort } from "./lifetime";

const adopted = new WeakMap<Document | ShadowRoot, { sheet: CSSStyleSheet; users: Set<AbortSignal> }>();

export function adoptStyles(el: Element, css: string, signal: AbortSignal): void {
  const root = el.getRootNode();
  const home = root instanceof Document || root instanceof ShadowRoot ? root : el.ownerDocument;
  if (signal.aborted) return;
  let entry = adopted.get(home);
  if (!entry) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    entry = { sheet, users: new Set() };
    adopted.set(home, entry);
  }
  const { sheet, users } = entry;
  if (users.has(signal)) return;
  users.add(signal);
  if (!home.adoptedStyleSheets.includes(sheet)) home.adoptedStyleSheets = [...home.adoptedStyleSheets, sheet];
  onAbort(signal, () => {
    users.delete(signal);
    if (users.size) return;
    home.adoptedStyleSheets = home.adoptedStyleSheets.filter((other) => other !== sheet);
  });
}
