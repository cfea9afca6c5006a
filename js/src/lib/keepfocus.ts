// Whoever acts by keyboard stays in the widget: when what has the focus goes, the focus goes to what comes after it.
import { onAbort } from "./lifetime";

const STOPS = 'button, input, select, summary, [tabindex="0"]';

/**
 * Within `root` the focus is never lost with its element. It goes to what the element names in `data-then`, a selector,
 * else to the first tab stop of what the element was in. A click leaves no one lost: the pointer is where it was.
 */
export function keepFocus(root: HTMLElement, signal: AbortSignal): void {
  const focused = () => (root.getRootNode() as Document | ShadowRoot).activeElement;
  /** What has the focus, and all that it is in, from the inside. */
  let path: HTMLElement[] = [];
  root.addEventListener(
    "focusin",
    (event) => {
      const all = event.composedPath() as HTMLElement[];
      path = all[0].matches(":focus-visible") ? all.slice(0, all.indexOf(root) + 1) : [];
    },
    { signal },
  );
  root.addEventListener(
    "focusout",
    () =>
      // An element that is taken away loses the focus as well; that is seen below.
      queueMicrotask(() => {
        if (path[0]?.isConnected && focused() !== path[0]) path = [];
      }),
    { signal },
  );
  const observer = new MutationObserver(() => {
    const [gone, ...around] = path;
    if (!gone || gone.isConnected) return;
    path = [];
    if ((focused() ?? document.body) !== document.body) return;
    const { then } = gone.dataset;
    const next =
      (then && root.querySelector<HTMLElement>(then)) ||
      around
        .flatMap((left) => (left.isConnected ? [...left.querySelectorAll<HTMLElement>(STOPS)] : []))
        .find((stop) => stop.tabIndex === 0 && stop.checkVisibility());
    next?.focus({ preventScroll: true });
  });
  observer.observe(root, { childList: true, subtree: true });
  onAbort(signal, () => observer.disconnect());
}
