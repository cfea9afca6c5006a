// The module behind every visible widget: asks the learner's store to mount it, and says so where there is none.
import type { AnyModel, Host, RenderProps } from "@anywidget/types";

interface StoreExports {
  mount(place: { model: AnyModel; el: HTMLElement; signal: AbortSignal; host: Host }): void;
}

export default {
  async render({ model, el, signal, host }: RenderProps) {
    const store = model.get("_store");
    if (!store) {
      noLearner(model, el);
      return;
    }
    try {
      const { exports } = await host.getWidget<StoreExports>(store);
      if (signal.aborted) return;
      exports.mount({ model, el, signal, host });
    } catch (error) {
      const line = el.ownerDocument.createElement("p");
      line.setAttribute("role", "alert");
      const reason = error instanceof Error ? error.message : String(error);
      line.textContent = `This widget could not find its learner. Run its cell again. (${reason})`;
      el.replaceChildren(line);
    }
  },
};

/** Before there is a learner there is no store, and so no style sheet: a sentence in the page's own clothes. */
function noLearner(model: AnyModel, el: HTMLElement): void {
  const make = <T extends keyof HTMLElementTagNameMap>(tag: T, text = "") =>
    Object.assign(el.ownerDocument.createElement(tag), { textContent: text });
  const [words, line] = [String(model.get("_words")), String(model.get("_line"))];
  const box = make("section");
  box.setAttribute("aria-label", String(model.get("_kind")));
  box.style.cssText = "padding:12px 16px;border:1px dashed;border-radius:8px";
  const theme = String(model.get("theme"));
  if (theme !== "auto") box.style.cssText += `;color-scheme:${theme};background:Canvas;color:CanvasText`;
  const code = make("code", line);
  const copy = make("button", "Copy");
  copy.style.cssText = "min-height:32px;padding:0 12px;margin-inline-start:12px";
  const said = make("span");
  said.setAttribute("role", "status");
  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(line);
      said.textContent = " Copied.";
    } catch {
      // A frame that refuses the clipboard: selected, it is one key away.
      el.ownerDocument.getSelection()?.selectAllChildren(code);
      said.textContent = " Press Ctrl+C.";
    }
  };
  box.append(make("span", `${words} `), code, copy, said);
  el.replaceChildren(box);
}
