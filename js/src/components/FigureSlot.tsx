// Hosts a widget of another library (the bqplot figure) inside a view, where the host can make one.
import { useEffect, useRef } from "preact/hooks";
import type { ViewContext } from "../context";
import type { Plot } from "../lib/crosshair";
import type { LossFacts } from "../lib/losslayout";
import { chartSummary } from "../lib/wording";
import { Crosshair } from "./Crosshair";
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

interface ForeignModel {
  get(name: string): unknown;
}

/** Where a bqplot figure has its curves: its plot area, and the scale of its first axis. */
function plotOf(figure: ForeignModel, slot: Element): Plot | null {
  const area = slot.querySelector(".plotarea_background")?.getBoundingClientRect();
  const [across] = (figure.get("axes") ?? []) as ForeignModel[];
  if (!area?.width || !across) return null;
  const box = slot.getBoundingClientRect();
  return {
    left: area.left - box.left,
    right: area.right - box.left,
    top: area.top - box.top,
    bottom: area.bottom - box.top,
    end: Number((across.get("scale") as ForeignModel).get("max")) || 1,
  };
}

export interface FigureSlotProps {
  context: ViewContext;
  facts: LossFacts;
  reference: string;
  onFailure: () => void;
}

export function FigureSlot({ context, facts, reference, onFailure }: FigureSlotProps) {
  const id = useId();
  const slot = useRef<HTMLDivElement>(null);
  const figure = useRef<ForeignModel | null>(null);
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
      figure.current = model as ForeignModel;
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
      <div class="cw-plot">
        <div ref={slot} class="cw-figure" role="img" aria-label="Loss" aria-describedby={id} />
        <Crosshair
          context={context}
          facts={facts}
          plot={() => (figure.current && slot.current ? plotOf(figure.current, slot.current) : null)}
        />
      </div>
      <p id={id} class="cw-unseen">
        {chartSummary(facts.history)}
      </p>
    </>
  );
}
