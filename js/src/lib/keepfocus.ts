// Whoever acts by keyboard stays in the widget: when what has the focus goes, the focus goes to what comes after it.

const STOPS = 'button, input, select, summary, [tabindex="0"]';

/**
 * Within `root` the focus is never lost with its element. It goes to what the element names in `data-then`, a selector,
 * else to the first tab stop of what the element was in.
 */
export function keepFocus(root: HTMLElement, signal: AbortSignal): void {
  const focused = () => (root.getRootNode() as Document | ShadowRoot).activeElement;
  /** What was last used by keyboard, and all that it was in, from the inside. */
  let path: HTMLElement[] = [];
  const note = ({ target }: Event) => {
    path = [];
    for (let at = target as HTMLElement | null; at && at !== root; at = at.parentElement) path.push(at);
    path.push(root);
  };
  root.addEventListener("keydown", note, { signal, capture: true });
  root.addEventListener(
    "focusin",
    (event) => {
      // A click leaves no one lost: the pointer is where it was.
      if ((event.target as Element).matches(":focus-visible")) note(event);
      else path = [];
    },
    { signal },
  );
  root.addEventListener(
    "focusout",
    ({ target }) => {
      // An element that is taken away loses the focus as well; that is seen below.
      queueMicrotask(() => {
        if (path[0] === target && path[0].isConnected && focused() !== target) path = [];
      });
    },
    { signal },
  );
  const observer = new MutationObserver(() => {
    const [gone, ...around] = path;
    if (!gone || gone.isConnected) return;
    path = [];
    if (focused() && focused() !== root.ownerDocument.body) return;
    const left = around.filter((element) => element.isConnected);
    const within = (element: HTMLElement) =>
      [...element.querySelectorAll<HTMLElement>(STOPS)].find(
        (stop) => stop.tabIndex === 0 && stop.checkVisibility(),
      );
    const named = gone.dataset.then && root.querySelector<HTMLElement>(gone.dataset.then);
    const next = named || left.map(within).find(Boolean);
    next?.focus({ preventScroll: true });
  });
  observer.observe(root, { childList: true, subtree: true });
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}
