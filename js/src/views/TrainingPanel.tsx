// The training panel: train, pause, stop; settings; progress; the live loss; the runs; the table of epochs.
import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { EpochTable } from "../components/EpochTable";
import { Frame, situation } from "../components/Frame";
import { ErrorNotice, Notice } from "../components/Notice";
import { RunList } from "../components/RunList";
import type { ViewContext } from "../context";
import { formatRate } from "../lib/format";
import { Latest } from "../lib/latest";
import { sentence, whyNoTraining } from "../lib/wording";
import css from "./TrainingPanel.css";
import { Buttons } from "./training/Buttons";
import { Chart } from "./training/Chart";
import { Progress } from "./training/Progress";
import { Settings, type SettingTraits } from "./training/Settings";
import { TakeAwayLoss } from "./training/TakeAwayLoss";

export const styles = css;

export function TrainingPanel({ context }: { context: ViewContext }) {
  const { store } = context;
  const status = store.status.value;
  const specs = store.meta.value.settings;
  const traits: SettingTraits = Object.fromEntries(
    specs.map(({ name, trait }) => [name, context.trait(trait)]),
  );
  const retrains = context.trait<boolean>("retrain_on_change");
  const { shows } = context;
  const wrong = useSignal<Readonly<Record<string, string>>>({});
  const refused = useSignal<string | null>(null);
  const pending = useSignal<ReadonlySet<string>>(new Set());
  const drawing = useRef<SVGSVGElement>(null);

  /** What a command names; without factors, as of a model that has none, their number is left alone. */
  const settings = (...without: string[]) =>
    Object.fromEntries(
      specs
        .filter(({ name }) => !without.includes(name))
        .map(({ name }) => [name, name === "n_factors" ? traits[name].value || null : traits[name].value]),
    );
  const send = async (name: string, args?: Record<string, unknown>) => {
    if (pending.peek().has(name)) return false;
    pending.value = new Set([...pending.peek(), name]);
    try {
      await store.command(name, args);
      refused.value = null;
      return true;
    } catch (error) {
      refused.value = error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      pending.value = new Set([...pending.peek()].filter((other) => other !== name));
    }
  };
  const train = () => send("train", settings());
  const reset = () => send("reset", { seed: traits.seed.value, n_factors: traits.n_factors.value || null });
  const retraining = useMemo(() => new Latest((args: Record<string, unknown>) => send("retrain", args)), []);
  const changed = () => {
    if (!retrains.peek() || Object.keys(wrong.peek()).length) return;
    void retraining.offer(settings());
  };
  const tryAgain = async (lr: number) => {
    traits.lr.value = lr;
    if (await reset()) await train();
  };

  const gone = whyNoTraining(store.connection.value, store.meta.value.cannot_train);
  const invalid = Object.values(wrong.value)[0] ?? null;
  const state = situation(store);
  const said = sentence(state);
  const suggested = store.suggestedLr.value;
  const overfit = store.overfitSince.value;

  return (
    <Frame context={context} title="Training" ownStates>
      <div class="cw-toolbar">
        <Buttons
          context={context}
          shows={shows}
          invalid={invalid}
          send={send}
          train={train}
          reset={reset}
          settings={() => settings("epochs")}
        />
        <Settings
          context={context}
          specs={specs}
          traits={traits}
          retrainOnChange={retrains}
          shows={shows}
          wrong={wrong}
          running={status === "training"}
          changed={changed}
        />
      </div>
      {shows("progress") && <Progress context={context} />}
      {refused.value && (
        <ErrorNotice
          text={refused.value}
          action={{
            label: "Dismiss",
            run: () => {
              refused.value = null;
            },
          }}
        />
      )}
      {status === "error" && state.connection === "connected" ? (
        <ErrorNotice text={said?.text ?? ""} detail={store.errorDetail.value} />
      ) : (
        said && (
          <Notice
            shared={state.connection === "disconnected"}
            tone={said.tone}
            action={
              status === "diverged" && suggested !== null
                ? {
                    label: `Try learning rate ${formatRate(suggested)}`,
                    run: () => tryAgain(suggested),
                    reason: gone,
                  }
                : null
            }
          >
            {said.text}
          </Notice>
        )
      )}
      {overfit !== null && (
        <Notice tone="warn">
          Validation loss has been above its best since epoch {overfit}: the model learns the training ratings
          by heart. More weight decay or an early stop helps.
        </Notice>
      )}
      <div class="cw-results">
        {shows("chart") && <Chart context={context} drawing={drawing} />}
        <div class="cw-tables">
          {shows("runs") && <RunList context={context} />}
          {shows("table") && <EpochTable context={context} />}
        </div>
      </div>
      {store.history.value.length > 0 && <TakeAwayLoss context={context} drawing={drawing} />}
    </Frame>
  );
}
