// The training panel: train, pause, stop; settings; progress; the live loss; the runs; the table of epochs.
import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { EpochTable, epochCells } from "../components/EpochTable";
import { Frame } from "../components/Frame";
import { setTo } from "../components/fields";
import { ErrorNotice, Notice } from "../components/Notice";
import { RunList } from "../components/RunList";
import { useView } from "../context";
import { svgMarkup, svgPng } from "../lib/files";
import { formatRate } from "../lib/format";
import { latest } from "../lib/latest";
import type { Call } from "../lib/link";
import { verdict } from "../lib/verdict";
import { sentence, situation, whyNoTraining } from "../lib/wording";
import { Buttons } from "./training/Buttons";
import { Chart, ChartOptions } from "./training/Chart";
import { Progress } from "./training/Progress";
import { RetrainSwitch, Settings, type SettingTraits } from "./training/Settings";

export function TrainingPanel() {
  const { store, shows, trait: traitOf } = useView();
  const status = store.status.value;
  const specs = store.data.value.settings;
  const traits: SettingTraits = Object.fromEntries(specs.map(({ name, trait }) => [name, traitOf(trait)]));
  const retrains = traitOf<boolean>("retrain_on_change");
  const wrong = useSignal<Readonly<Record<string, string>>>({});
  const refused = useSignal<string | null>(null);
  const pending = useRef(new Set<string>()).current;
  const drawing = useRef<SVGSVGElement>(null);
  /** The smoothing under a finger that is still down, else null. */
  const smoothing = useSignal<number | null>(null);

  /** What a command names; without factors, as of a model that has none, their number is left alone. */
  const settings = (...without: string[]) =>
    Object.fromEntries(
      specs
        .filter(({ name }) => !without.includes(name))
        .map(({ name }) => [name, name === "n_factors" ? traits[name].value || null : traits[name].value]),
    );
  const send = async (name: Call["name"], args?: Record<string, unknown>) => {
    if (pending.has(name)) return false;
    pending.add(name);
    try {
      await store.command(name, args);
      refused.value = null;
      return true;
    } catch (error) {
      refused.value = (error as Error).message;
      return false;
    } finally {
      pending.delete(name);
    }
  };
  const train = () => send("train", settings());
  const reset = () => send("reset", { seed: traits.seed.value, n_factors: traits.n_factors.value || null });
  const retraining = useMemo(() => latest((args: Record<string, unknown>) => send("retrain", args)), []);
  const changed = () => {
    if (!retrains.peek() || Object.keys(wrong.peek()).length) return;
    void retraining(settings());
  };
  const tryAgain = async (lr: number) => {
    traits.lr.value = lr;
    if (await reset()) await train();
  };

  const gone = whyNoTraining(store.connection.value, store.data.value.cannot_train);
  const invalid = Object.values(wrong.value)[0] ?? null;
  const cells = () => epochCells(store.history.value);
  const fields = (atRest: boolean) => (
    <Settings
      specs={specs.filter((spec) => spec.at_rest === atRest && shows(spec.trait))}
      traits={traits}
      retrains={retrains.value === true}
      wrong={wrong}
      changed={changed}
    />
  );
  const state = situation(store);
  const said = sentence(state);
  const lr = store.suggested_lr.value;
  const label = `Try learning rate ${formatRate(lr)}`;
  const retry = lr === null ? null : { label, run: () => tryAgain(lr), reason: gone };
  const against = verdict(store.history.value, store.overfit_since.value, store.data.value, status);

  return (
    <Frame
      title="Training"
      ownStates
      controls={
        <>
          <Buttons
            invalid={invalid}
            send={send}
            train={train}
            reset={reset}
            settings={() => settings("epochs")}
          />
          {fields(true)}
          {shows("retrain_on_change") && <RetrainSwitch on={retrains} />}
        </>
      }
      settings={
        <>
          {fields(false)}
          <ChartOptions held={smoothing} />
        </>
      }
      exports={{
        table: {
          name: "epochs",
          shown: cells,
          all: cells,
          empty: store.history.value.length > 0 ? null : "No epoch has ended yet",
        },
        ...(shows("chart") && {
          png: async () => drawing.current && svgPng(drawing.current),
          svg: () => drawing.current && svgMarkup(drawing.current),
        }),
      }}
    >
      {shows("batch_size") && store.recipe.value.rescale && traits.bs.value !== 64 && (
        <p class="cw-soft cw-switch-hint">
          Batch size {traits.bs.value}: settings as for batches of 64, rescaled in training.
        </p>
      )}
      {shows("progress") && <Progress />}
      {refused.value && <ErrorNotice text={refused.value} onDismiss={setTo(refused, null)} />}
      {status === "error" && state.connection === "connected" ? (
        <ErrorNotice text={said?.text ?? ""} detail={store.error_detail.value} />
      ) : (
        said && (
          <Notice
            shared={state.connection === "disconnected"}
            tone={said.tone}
            action={status === "diverged" ? retry : null}
          >
            {said.text}
          </Notice>
        )
      )}
      {against && <Notice tone="warn">{against}</Notice>}
      <div class="cw-results">
        {shows("chart") && <Chart drawing={drawing} held={smoothing} />}
        <div class="cw-stack">
          {shows("runs") && <RunList />}
          {shows("table") && <EpochTable />}
        </div>
      </div>
    </Frame>
  );
}
