// Hosts a widget of another library (the bqplot figure) inside a view, where the host can make one.
import { useEffect, useRef } from "preact/hooks";
import type { ViewContext } from "../context";
import { chartSummary } from "../lib/wording";
import { useId } from "./useId";

interface ForeignView {
  el: HTMLElement;
  trigger(event: string): void;
  remove?(): void;
  processLuminoMessage?(message: { type: string; isConflatable: boolean; conflate(): boolean }): void;
}

/** What Jupyter's and Voila's widget managers can do beyond what anywidget promises. */
interface JupyterManager {
  get_model(id: string): Promise<unknown>;
  create_view(model: unknown, options: object): Promise<ForeignView>;
}

function managerOf(context: ViewContext): JupyterManager | null {
  const manager = context.model.widget_manager as unknown as Partial<JupyterManager> | undefined;
  return manager?.create_view && manager.get_model ? (manager as JupyterManager) : null;
}

/** Whether a reference such as "IPY_MODEL_…" can be shown here. */
export function canHost(context: ViewContext, reference: string | null | undefined): reference is string {
  return Boolean(reference?.startsWith("IPY_MODEL_") && managerOf(context));
}

export function FigureSlot(props: { context: ViewContext; reference: string; onFailure: () => void }) {
  const { context, reference, onFailure } = props;
  const id = useId();
  const slot = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let view: ForeignView | null = null;
    let gone = false;
    const show = async () => {
      const manager = managerOf(context);
      if (!manager) throw new Error("this host cannot show widgets of other libraries");
      const model = await manager.get_model(reference.replace("IPY_MODEL_", ""));
      const made = await manager.create_view(model, {});
      if (gone) return made.remove?.();
      view = made;
      slot.current?.replaceChildren(made.el);
      // A view's drawing waits for this event, which Lumino would send to a widget of its own.
      made.trigger("displayed");
    };
    show().catch(() => {
      if (!gone) onFailure();
    });
    const sizes = new ResizeObserver(() => {
      view?.processLuminoMessage?.({ type: "resize", isConflatable: false, conflate: () => false });
    });
    if (slot.current) sizes.observe(slot.current);
    return () => {
      gone = true;
      sizes.disconnect();
      view?.remove?.();
    };
  }, [reference]);
  return (
    <>
      <div ref={slot} class="cw-figure" role="img" aria-label="Loss" aria-describedby={id} />
      <p id={id} class="cw-unseen">
        {chartSummary(context.store.history.value)}
      </p>
    </>
  );
}
