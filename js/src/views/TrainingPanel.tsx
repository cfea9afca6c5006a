// The training panel: train, pause, stop; settings; progress; the live loss; the table of epochs.
import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Button } from "../components/Button";
import { EpochTable } from "../components/EpochTable";
import { canHost, FigureSlot } from "../components/FigureSlot";
import { Frame, situation } from "../components/Frame";
import {
  Checkbox,
  Choice,
  NumberField,
  type NumberFieldProps,
  RadioGroup,
  Slider,
  Switch,
} from "../components/fields";
import { LossChart } from "../components/LossChart";
import { LossLegend } from "../components/LossLegend";
import { ErrorNotice, Notice } from "../components/Notice";
import { TakeAwayLoss } from "../components/TakeAwayLoss";
import { useId } from "../components/useId";
import { Why } from "../components/Why";
import type { ViewContext } from "../context";
import { etaText, formatNumber, formatRate, progressLine } from "../lib/format";
import { Latest } from "../lib/latest";
import type { XAxis, YScale } from "../lib/losschart";
import { currentEpoch, fitEpochs, GAP, NOT_IN_THE_LOSS, retrainHint, sentence } from "../lib/wording";
import css from "./TrainingPanel.css";

export const styles = css;

const NARROW = 420;

interface Traits {
  epochs: Signal<number>;
  lr: Signal<number>;
  weight_decay: Signal<number>;
  n_factors: Signal<number>;
  batch_size: Signal<number>;
  seed: Signal<number>;
  patience: Signal<number>;
  schedule: Signal<"one_cycle" | "constant">;
  keep_best: Signal<boolean>;
  retrain_on_change: Signal<boolean>;
}

interface Field {
  trait: "epochs" | "lr" | "weight_decay" | "n_factors" | "batch_size" | "seed" | "patience";
  /** Its name among the learner's limits. */
  setting: string;
  label: string;
  role?: NumberFieldProps["role"];
  step?: number;
  usual?: readonly string[];
  help: string;
}

const FIELDS: readonly Field[] = [
  {
    trait: "epochs",
    setting: "epochs",
    label: "Epochs",
    help: "How often training goes through all ratings",
  },
  {
    trait: "lr",
    setting: "lr",
    label: "Learning rate",
    role: "textbox",
    usual: ["1e-4", "5e-4", "1e-3", "5e-3", "1e-2", "5e-2"],
    help: "The highest step size; numbers such as 5e-3",
  },
  {
    trait: "weight_decay",
    setting: "wd",
    label: "Weight decay",
    role: "textbox",
    usual: ["0", "0.01", "0.05", "0.1", "0.2", "0.5"],
    help: "How strongly factors and biases are pulled towards 0",
  },
  {
    trait: "n_factors",
    setting: "n_factors",
    label: "Factors",
    step: 5,
    help: "Numbers learnt about each user and each title",
  },
  {
    trait: "batch_size",
    setting: "bs",
    label: "Batch size",
    step: 32,
    help: "Ratings in one step",
  },
  {
    trait: "seed",
    setting: "seed",
    label: "Seed",
    help: "Of the first weights and of the order of batches; Reset draws new weights with it",
  },
  {
    trait: "patience",
    setting: "patience",
    label: "Early stop after",
    help: "Stop after this many epochs without a better validation loss; 0 never stops early",
  },
];

/** Why the weights' size and seed cannot be changed. */
const FINISHED = [
  "fixed",
  "The learner was given a finished module, so it has only that one\u2019s first weights: pass remake= to CollabLearner",
] as const;
const SIZED = [
  "fixed",
  "The neural model\u2019s tables are sized one by one: pass emb_szs= to collab_learner for other sizes",
] as const;
const X_AXES = [
  ["epoch", "epoch"],
  ["step", "batch"],
  ["time", "time"],
] as const;
const Y_SCALES = [
  ["linear", "linear"],
  ["log", "log"],
] as const;
const SCHEDULES = [
  ["one_cycle", "one-cycle"],
  ["constant", "constant"],
] as const;

export function TrainingPanel({ context }: { context: ViewContext }) {
  const { store } = context;
  const status = store.status.value;
  const traits: Traits = {
    epochs: context.trait("epochs"),
    lr: context.trait("lr"),
    weight_decay: context.trait("weight_decay"),
    n_factors: context.trait("n_factors"),
    batch_size: context.trait("batch_size"),
    seed: context.trait("seed"),
    patience: context.trait("patience"),
    schedule: context.trait("schedule"),
    keep_best: context.trait("keep_best"),
    retrain_on_change: context.trait("retrain_on_change"),
  };
  const listed = context.trait<readonly string[] | null>("controls").value;
  const shows = (control: string) => !listed || listed.includes(control);
  const wrong = useSignal<Readonly<Record<string, string>>>({});
  const refused = useSignal<string | null>(null);
  const pending = useSignal<ReadonlySet<string>>(new Set());

  const settings = () => ({
    lr: traits.lr.value,
    wd: traits.weight_decay.value,
    schedule: traits.schedule.value,
    bs: traits.batch_size.value,
    seed: traits.seed.value,
    patience: traits.patience.value,
    keep_best: traits.keep_best.value,
    n_factors: traits.n_factors.value || null,
  });
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
  const train = () => send("train", { epochs: traits.epochs.value, ...settings() });
  const reset = () => send("reset", { seed: traits.seed.value, n_factors: traits.n_factors.value || null });
  const retraining = useMemo(() => new Latest((args: Record<string, unknown>) => send("retrain", args)), []);
  const changed = () => {
    if (!traits.retrain_on_change.peek() || Object.keys(wrong.peek()).length) return;
    void retraining.offer({ epochs: traits.epochs.peek(), ...settings() });
  };
  const tryAgain = async (lr: number) => {
    traits.lr.value = lr;
    if (await reset()) await train();
  };

  const gone = store.connection.value === "disconnected" ? "Not connected to the kernel" : null;
  const invalid = Object.values(wrong.value)[0] ?? null;
  const running = status === "training";
  const state = situation(store);
  const said = sentence(state);
  const suggested = store.suggestedLr.value;
  const overfit = store.overfitSince.value;

  return (
    <Frame context={context} title="Training" ownStates>
      <div class="cw-toolbar">
        <div class="cw-buttons">
          {running
            ? shows("pause") && (
                <Button
                  kind="primary"
                  icon="pause"
                  label="Pause"
                  reason={gone}
                  onClick={() => send("pause")}
                />
              )
            : status === "paused"
              ? shows("pause") && (
                  <Button
                    kind="primary"
                    icon="play"
                    label="Resume"
                    reason={gone}
                    onClick={() => send("resume")}
                  />
                )
              : shows("train") && (
                  <Button kind="primary" icon="play" label="Train" reason={gone ?? invalid} onClick={train} />
                )}
          {(running || status === "paused") && shows("stop") && (
            <Button
              icon="stop"
              label="Stop"
              title="Stop and keep the weights"
              reason={gone}
              onClick={() => send("stop")}
            />
          )}
          {shows("step") && (
            <Button
              icon="step"
              label="+1 epoch"
              title="Train one epoch more"
              reason={gone ?? (running ? "Training already" : invalid)}
              onClick={() => send("step_epoch", settings())}
            />
          )}
          {shows("reset") && (
            <Button
              icon="reset"
              label="Reset"
              title="Back to new random weights"
              reason={gone ?? (running ? "Stop first" : invalid)}
              onClick={reset}
            />
          )}
        </div>
        <Settings
          context={context}
          traits={traits}
          shows={shows}
          wrong={wrong}
          running={running}
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
          Validation loss has risen since epoch {overfit}: the model begins to learn the training ratings by
          heart. More weight decay or an early stop helps.
        </Notice>
      )}
      <div class="cw-results">
        {shows("chart") && <Chart context={context} />}
        {shows("table") && <EpochTable context={context} />}
      </div>
      {store.history.value.length > 0 && <TakeAwayLoss context={context} />}
    </Frame>
  );
}

function Settings(props: {
  context: ViewContext;
  traits: Traits;
  shows: (control: string) => boolean;
  wrong: Signal<Readonly<Record<string, string>>>;
  running: boolean;
  /** Somebody has settled on another value. */
  changed: () => void;
}) {
  const { context, traits, shows, wrong, running, changed } = props;
  const { store } = context;
  const id = useId();
  const wanted = context.trait<boolean | undefined>("show_settings");
  const unfolded = useSignal(false);
  const narrow = useComputed(() => context.width.value > 0 && context.width.value < NARROW);
  // Without the button that unfolds them, settings that somebody has listed are always in sight.
  const open = !shows("settings") || (narrow.value ? unfolded.value : wanted.value !== false);
  const toggle = () => {
    if (narrow.value) unfolded.value = !open;
    else wanted.value = !open;
  };
  const fields = FIELDS.filter((field) => shows(field.trait));
  if (!fields.length && !["schedule", "keep_best", "retrain_on_change"].some(shows)) return null;

  const retrains = traits.retrain_on_change.value === true;
  const untrained = store.status.value === "untrained";
  const locks: Partial<Record<Field["trait"], NumberFieldProps["lock"]>> = {};
  if (store.meta.value.n_factors === null)
    locks.n_factors = ["model\u2019s", "Set by the model\u2019s own class"];
  else if (!store.meta.value.can_remake) locks.n_factors = FINISHED;
  else if (!store.meta.value.can_resize) locks.n_factors = SIZED;
  else if (!untrained && !retrains) {
    locks.n_factors = [
      "Reset first",
      "Another number of factors changes the shape of the model: Reset first",
    ];
  }
  if (!store.meta.value.can_remake) locks.seed = FINISHED;
  const when = retrains ? ". A change retrains" : running ? ". Applies to the next Train" : "";
  const report = (field: Field) => (reason: string | null) => {
    const { [field.trait]: _, ...others } = wrong.peek();
    wrong.value = reason ? { ...others, [field.trait]: reason } : others;
  };
  const ruleOf = ({ setting, role }: Field) => {
    const [min, max] = store.meta.value.limits?.[setting] ?? [0, Number.MAX_VALUE];
    return { min, max, integer: role !== "textbox" };
  };
  const newSeed = () => {
    traits.seed.value = Math.floor(10_000 * Math.random());
    changed();
  };
  const rescaled = shows("batch_size") && store.recipe.value.rescale && traits.batch_size.value !== 64;
  const errors = Object.entries(wrong.value);
  return (
    <>
      {shows("settings") && (
        <Button
          kind="quiet"
          icon="down"
          label="Settings"
          expanded={open}
          controls={id}
          title={open ? "Hide settings" : "Show settings"}
          onClick={toggle}
        />
      )}
      <div id={id} class="cw-settings" hidden={!open}>
        <div class="cw-settings-grid">
          {fields.map((field) => (
            <NumberField
              key={field.trait}
              label={field.label}
              value={traits[field.trait].value}
              rule={ruleOf(field)}
              usual={field.usual}
              aside={
                field.trait === "seed" && (
                  <button type="button" class="cw-link" title="Another seed, by chance" onClick={newSeed}>
                    new seed
                  </button>
                )
              }
              role={field.role}
              step={field.step}
              help={field.help + when}
              lock={locks[field.trait]}
              errorId={`${id}-${field.trait}`}
              onError={report(field)}
              onChange={(value) => {
                traits[field.trait].value = value;
              }}
              onCommit={changed}
            />
          ))}
          {shows("schedule") && (
            <div class="cw-wide">
              <RadioGroup
                label="Schedule"
                value={traits.schedule.value}
                options={SCHEDULES}
                help="one-cycle: the learning rate rises, then falls; constant: it stays"
                onChange={(value) => {
                  traits.schedule.value = value;
                  changed();
                }}
              />
            </div>
          )}
          {shows("keep_best") && (
            <div class="cw-field cw-wide cw-bottom">
              <Checkbox
                label="Keep best weights"
                help="At the end, go back to the epoch with the lowest validation loss"
                checked={traits.keep_best.value}
                onChange={(on) => {
                  traits.keep_best.value = on;
                  changed();
                }}
              />
            </div>
          )}
        </div>
        {rescaled && (
          <p class="cw-switch-hint">
            Batch size {traits.batch_size.value}: settings as for batches of 64, rescaled in training.
          </p>
        )}
        {shows("retrain_on_change") && (
          <Switch
            label="Retrain on change"
            hint={retrainHint(retrains, !untrained)}
            checked={retrains}
            onChange={(on) => {
              traits.retrain_on_change.value = on;
            }}
          />
        )}
        {errors.map(([trait, reason]) => (
          <p key={trait} id={`${id}-${trait}`} class="cw-field-error" role="alert">
            {reason}
          </p>
        ))}
      </div>
    </>
  );
}

function Progress({ context }: { context: ViewContext }) {
  const { store } = context;
  const status = store.status.value;
  const progress = Math.min(1, Math.max(0, store.progress.value || 0));
  const epochs = fitEpochs(store.recipe.value);
  const active = status === "training" || status === "paused";
  const percent = Math.floor(100 * progress + 1e-9);
  const elapsed = store.elapsedSeconds.value;
  const left = store.etaSeconds.value;
  const current = currentEpoch(progress, epochs);
  const live = store.connection.value !== "disconnected";
  const eta = status === "training" && live ? etaText(left) : "";
  const trained = store.epoch.value;

  let text = "not trained yet";
  if (active && epochs) text = `epoch ${current}/${epochs} · ${percent} %`;
  else if (trained > 0) text = `${formatNumber(trained, Number.isInteger(trained) ? 0 : 1)} epochs trained`;
  return (
    <div
      class="cw-progress-row"
      title={active && epochs ? progressLine(current, epochs, elapsed, left) : undefined}
    >
      <div
        class="cw-progress"
        role="progressbar"
        aria-label="Training progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={[text, eta].filter(Boolean).join(", ")}
        data-status={status}
      >
        <div class="cw-progress-bar" style={{ width: `${100 * progress}%` }} />
      </div>
      <span>{text}</span>
      <span class="cw-eta">{eta}</span>
    </div>
  );
}

function Chart({ context }: { context: ViewContext }) {
  const xAxis = context.trait<XAxis>("x_axis");
  const yScale = context.trait<YScale>("y_scale");
  const smoothing = context.trait<number>("smoothing");
  const held = useSignal<number | null>(null);
  const seen = useComputed(() => held.value ?? smoothing.value);
  const figure = context.trait<string | null>("_figure").value;
  const failed = useSignal(false);
  const hosted = !failed.value && canHost(context, figure);
  return (
    <div class="cw-chart-block">
      {hosted ? (
        <div>
          <FigureSlot
            context={context}
            reference={figure}
            onFailure={() => {
              failed.value = true;
            }}
          />
          <p class="cw-legend" aria-hidden="true">
            <LossLegend context={context} />
          </p>
        </div>
      ) : (
        <LossChart context={context} xAxis={xAxis} yScale={yScale} smoothing={seen} />
      )}
      <div class="cw-chart-words">
        {GAP} <Why>{NOT_IN_THE_LOSS}</Why>
      </div>
      <div class="cw-chart-options">
        <Choice
          label="Loss over"
          value={xAxis.value}
          options={X_AXES}
          onChange={(value) => {
            xAxis.value = value;
          }}
        />
        <Choice
          label="Scale"
          value={yScale.value}
          options={Y_SCALES}
          onChange={(value) => {
            yScale.value = value;
          }}
        />
        <Slider
          label="Smoothing"
          help="Of the training curve; the faint line is the raw loss of each batch"
          min={0}
          max={0.99}
          step={0.01}
          value={seen.value}
          text={(value) => value.toFixed(2)}
          onInput={(value) => {
            held.value = value;
          }}
          onChange={(value) => {
            held.value = null;
            smoothing.value = value;
          }}
        />
      </div>
    </div>
  );
}
