// The module behind every visible widget: asks the learner's store to mount it.
import type { AnyModel, Host, RenderProps } from "@anywidget/types";

interface StoreExports {
  mount(place: { model: AnyModel; el: HTMLElement; signal: AbortSignal; host: Host }): void;
}

export default {
  async render({ model, el, signal, host }: RenderProps) {
    try {
      const { exports } = await host.getWidget<StoreExports>(model.get("_store"));
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
