// The settings of the next training, and the switch that makes a change train at once.
import type { Signal } from "@preact/signals";
import { Link } from "../../components/Button";
import { Checkbox, NumberField, type NumberFieldProps, RadioGroup, setting } from "../../components/fields";
import { useId } from "../../components/useId";
import { useView } from "../../context";
import { retrainHint } from "../../lib/wording";
import type { SettingFacts } from "../../protocol";

/** Why the weights' size and seed cannot be changed. */
const FINISHED = [
  "fixed",
  "The learner was given a finished module, so it has only that one\u2019s first weights: pass remake= to CollabLearner",
] as const;
const SIZED = [
  "fixed",
  "The neural model\u2019s tables are sized one by one: pass emb_szs= to collab_learner for other sizes",
] as const;
/** The values of the settings, by name; each is a trait of the panel. */
// biome-ignore lint/suspicious/noExplicitAny: a setting's kind says what its value is
export type SettingTraits = Readonly<Record<string, Signal<any>>>;

export function Settings(props: {
  specs: readonly SettingFacts[];
  traits: SettingTraits;
  /** A change trains at once. */
  retrains: boolean;
  wrong: Signal<Readonly<Record<string, string>>>;
  /** Somebody has settled on another value. */
  changed: () => void;
}) {
  const { specs, traits, retrains, wrong, changed } = props;
  const { store } = useView();
  const id = useId();
  if (!specs.length) return null;
  const locks: Record<string, NumberFieldProps["lock"]> = {};
  if (store.data.value.n_factors === null)
    locks.n_factors = ["model\u2019s", "Set by the model\u2019s own class"];
  else if (!store.data.value.can_remake) locks.n_factors = FINISHED;
  else if (!store.data.value.can_resize) locks.n_factors = SIZED;
  else if (!store.untrained.value && !retrains) {
    locks.n_factors = [
      "Reset first",
      "Another number of factors changes the shape of the model: Reset first",
    ];
  }
  if (!store.data.value.can_remake) locks.seed = FINISHED;
  const running = store.status.value === "training";
  const when = retrains ? ". A change retrains" : running ? ". Applies to the next Train" : "";
  const report = (trait: string) => (reason: string | null) => {
    const { [trait]: _, ...others } = wrong.peek();
    wrong.value = reason ? { ...others, [trait]: reason } : others;
  };
  const newSeed = () => {
    traits.seed.value = Math.floor(10_000 * Math.random());
    changed();
  };
  return (
    <div class="cw-stack cw-settings">
      <div class="cw-settings-grid">
        {specs.map((spec) => {
          const { name, trait, label, kind, help } = spec;
          const set = setting(traits[name]);
          const settle = (value: unknown) => {
            set(value);
            changed();
          };
          if (kind === "choice" || kind === "switch")
            return (
              <div key={name} class="cw-wide">
                {kind === "switch" ? (
                  <Checkbox label={label} help={help} checked={traits[name].value} onChange={settle} />
                ) : (
                  <RadioGroup
                    label={label}
                    value={traits[name].value}
                    options={spec.choices.map((choice) => [choice, choice.replace("_", "-")] as const)}
                    help={help}
                    onChange={settle}
                  />
                )}
              </div>
            );
          return (
            <NumberField
              key={name}
              label={label}
              value={traits[name].value}
              rule={{ min: spec.low, max: spec.high, integer: kind === "whole" }}
              usual={spec.usual.length ? spec.usual : undefined}
              aside={
                name === "seed" && (
                  <Link title="Another seed, by chance" onClick={newSeed}>
                    new seed
                  </Link>
                )
              }
              role={kind === "number" ? "textbox" : undefined}
              step={spec.step}
              help={help + when}
              lock={locks[name]}
              errorId={`${id}-${trait}`}
              onError={report(trait)}
              onChange={set}
              onCommit={changed}
            />
          );
        })}
      </div>
      {specs.map(
        ({ trait }) =>
          wrong.value[trait] && (
            <p key={trait} id={`${id}-${trait}`} class="cw-toned" data-tone="bad" role="alert">
              {wrong.value[trait]}
            </p>
          ),
      )}
    </div>
  );
}

/** Whether a changed setting trains at once. */
export function RetrainSwitch({ on }: { on: Signal<boolean> }) {
  const { store } = useView();
  const retrains = on.value === true;
  return (
    <Checkbox
      label="Retrain on change"
      hint={retrainHint(retrains, !store.untrained.value)}
      checked={retrains}
      onChange={setting(on)}
    />
  );
}
