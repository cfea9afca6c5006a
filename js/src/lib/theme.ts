// Which theme the page has, and when it changes. Hosts say it in different places; the surest comes first.
import { onAbort } from "./lifetime";

export type Theme = "light" | "dark";

/** Parse a computed `rgb(…)`/`color(srgb …)` colour to luminance 0..1, or null when it is transparent or unknown. */
export function luminance(colour: string): number | null {
  const numbers = colour.match(/[\d.]+%?/g);
  if (!numbers || numbers.length < 3) return null;
  const unit = colour.startsWith("color(") ? 1 : 255;
  const [red, green, blue] = numbers.slice(0, 3).map((part) => Number.parseFloat(part) / unit);
  if (numbers.length > 3 && Number.parseFloat(numbers[3]) < 0.5) return null;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** What the elements around `el` say about their theme, or null. */
export function statedTheme(el: Element): Theme | null {
  for (const body of bodies(el)) {
    const jupyter = body.getAttribute("data-jp-theme-light");
    if (jupyter !== null) return jupyter === "false" ? "dark" : "light";
    const vscode = body.getAttribute("data-vscode-theme-kind");
    if (vscode !== null) {
      if (vscode === "vscode-high-contrast-light") return "light";
      return /dark|high-contrast/.test(vscode) ? "dark" : "light";
    }
  }
  const page = el.ownerDocument.documentElement.getAttribute("theme");
  if (page === "dark" || page === "light") return page;
  for (const at of [el, ...around(el)]) {
    if (at.classList.contains("dark") || at.classList.contains("dark-theme")) return "dark";
    if (at.classList.contains("light") || at.classList.contains("light-theme")) return "light";
  }
  return null;
}

/** What an element is in, from the inside, out of shadow roots too. */
function* around(el: Element): Generator<Element> {
  for (let at: Element | null = el; at; ) {
    const root = at.getRootNode();
    at =
      at.parentElement ??
      (typeof ShadowRoot !== "undefined" && root instanceof ShadowRoot ? root.host : null);
    if (at) yield at;
  }
}

/** Bodies of this document and of the frames around it, as far as they may be read. */
function bodies(el: Element): Element[] {
  const found: Element[] = [];
  let view: Window | null = el.ownerDocument.defaultView;
  try {
    for (let depth = 0; view && depth < 4; depth++) {
      if (view.document.body) found.push(view.document.body);
      if (view.parent === view) break;
      view = view.parent;
    }
  } catch {
    // A frame of another origin keeps its theme to itself.
  }
  return found;
}

export function detectTheme(el: Element, wanted: string): Theme {
  const media = el.ownerDocument.defaultView?.matchMedia;
  // Colours that the system forces are those of its own preference, whatever page and widget would choose.
  if (media?.("(forced-colors: active)").matches)
    return media("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  if (wanted === "light" || wanted === "dark") return wanted;
  const stated = statedTheme(el);
  if (stated) return stated;
  const view = el.ownerDocument.defaultView;
  for (const at of around(el)) {
    const light = view && luminance(view.getComputedStyle(at).backgroundColor);
    if (typeof light === "number") return light < 0.5 ? "dark" : "light";
  }
  return view?.matchMedia?.("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** The colours of a widget's theme as a text to be compared. */
export function themeColors(el: Element): string {
  const view = el.ownerDocument.defaultView;
  if (!view) return "";
  const style = view.getComputedStyle(el);
  return [
    style.backgroundColor,
    style.color,
    style.borderColor,
    style.getPropertyValue("--cw-accent"),
  ].join();
}

/**
 * Call `changed` whenever the page may have another theme. What it returns is to be called when the element has been
 * put somewhere: only then is it known what is around it.
 */
export function watchTheme(el: Element, signal: AbortSignal, changed: () => void): () => void {
  const view = el.ownerDocument.defaultView;
  if (!view) return () => {};
  const observer = new view.MutationObserver(changed);
  const watch = (names: string[], ...nodes: Element[]) => {
    for (const node of nodes) observer.observe(node, { attributes: true, attributeFilter: names });
  };
  const page = ["class", "theme", "data-theme", "style"];
  const host = [
    "data-jp-theme-light",
    "data-jp-theme-name",
    "data-vscode-theme-kind",
    "data-vscode-theme-id",
  ];
  const watchAll = () => {
    watch(["class", "data-theme"], ...around(el));
    watch(page, el.ownerDocument.documentElement);
    watch([...page, ...host], ...bodies(el));
  };
  watchAll();
  onAbort(signal, () => observer.disconnect());
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"])
    view.matchMedia?.(query).addEventListener("change", changed, { signal });
  return watchAll;
}
