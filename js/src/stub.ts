// The module behind every visible widget: asks the learner's store to mount it, and says so where there is none.
import type { AnyModel, RenderProps } from "@anywidget/types";

interface StoreExports {
  mount(place: Pick<RenderProps, "model" | "el" | "signal" | "host">): void;
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
  const make = (tag: string, text = "") =>
    Object.assign(el.ownerDocument.createElement(tag), { textContent: text });
  const box = make("section");
  box.setAttribute("aria-label", model.get("_kind"));
  box.style.cssText = "padding:12px 16px;border:1px dashed;border-radius:8px";
  const code = make("code", model.get("_line"));
  const copy = make("button", "Copy");
  copy.style.cssText = "min-height:32px;padding:0 12px;margin:0 12px";
  const said = make("span");
  said.setAttribute("role", "status");
  copy.onclick = () => {
    // Where a frame refuses the clipboard, what is selected is one key away.
    el.ownerDocument.getSelection()?.selectAllChildren(code);
    navigator.clipboard.writeText(model.get("_line")).then(
      () => said.replaceChildren("Copied."),
      () => said.replaceChildren("Press Ctrl+C."),
    );
  };
  box.append(`${model.get("_words")} `, code, copy, said);
  el.replaceChildren(box);
}
