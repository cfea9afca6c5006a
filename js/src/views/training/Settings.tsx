// The settings of the next training, and the switch that makes a change train at once.
import { type Signal, useComputed, useSignal } from "@preact/signals";
import { Button } from "../../components/Button";
import { Checkbox, NumberField, type NumberFieldProps, RadioGroup, Switch } from "../../components/fields";
import { useId } from "../../components/useId";
import type { ViewContext } from "../../context";
import { retrainHint } from "../../lib/wording";
import { FIELDS, type Field, type Traits } from "./fields";

const NARROW = 420;
/** Why the weights' size and seed cannot be changed. */
const FINISHED = [
  "fixed",
  "The learner was given a finished module, so it has only that one\u2019s first weights: pass remake= to CollabLearner",
] as const;
const SIZED = [
  "fixed",
  "The neural model\u2019s tables are sized one by one: pass emb_szs= to collab_learner for other sizes",
] as const;
const SCHEDULES = [
  ["one_cycle", "one-cycle"],
  ["constant", "constant"],
] as const;

export function Settings(props: {
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
  const untrained = store.untrained.value;
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
