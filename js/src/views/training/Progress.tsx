// How far the running fit is, and how long it will still take.

import { useView } from "../../context";
import { clamp } from "../../lib/clamp";
import { etaText, progressLine } from "../../lib/format";
import { currentEpoch, epochsText, runningEpoch, type Tone } from "../../lib/wording";

const TONES: Readonly<Record<string, Tone>> = { paused: "warn", diverged: "bad", error: "bad" };

export function Progress() {
  const { store } = useView();
  const status = store.status.value;
  const progress = clamp(store.progress.value || 0, 0, 1);
  const epochs = store.recipe.value.fit_epochs;
  const active = status === "training" || status === "paused";
  const percent = Math.floor(100 * progress + 1e-9);
  const elapsed = store.elapsed_seconds.value;
  const left = store.eta_seconds.value;
  const current = currentEpoch(progress, epochs);
  const live = store.connection.value !== "disconnected";
  const eta = status === "training" && live ? etaText(left) : "";
  const trained = store.epoch.value;

  let text = "not trained yet";
  if (active && epochs) text = `${runningEpoch({ epoch: trained, epochs, progress })} · ${percent} %`;
  else if (trained > 0) text = `${epochsText(trained)} trained`;
  return (
    <div
      class="cw-soft cw-progress-row"
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
        data-tone={TONES[status]}
      >
        <div class="cw-progress-bar" style={{ width: `${100 * progress}%` }} />
      </div>
      <span>{text}</span>
      <span>{eta}</span>
    </div>
  );
}
