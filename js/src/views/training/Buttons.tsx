// Train, pause, resume, stop, one epoch more, reset.
import { Button } from "../../components/Button";
import { useView } from "../../context";
import type { Call } from "../../lib/link";
import { whyNoTraining } from "../../lib/wording";

export interface ButtonsProps {
  /** What is wrong with a setting. */
  invalid: string | null;
  send: (command: Call["name"], args?: Record<string, unknown>) => void;
  train: () => void;
  reset: () => void;
  settings: () => Record<string, unknown>;
}

export function Buttons({ invalid, send, train, reset, settings }: ButtonsProps) {
  const { store, shows } = useView();
  const status = store.status.value;
  const running = status === "training";
  const epoch = store.epoch.value;
  const next = Math.ceil(epoch);
  const gone = whyNoTraining(store.connection.value, store.data.value.cannot_train);
  const paused = status === "paused";
  const busy = running ? "Training already" : invalid;
  return (
    <div class="cw-flow cw-buttons">
      {(running || paused) && shows("pause") && (
        <Button
          kind="primary"
          icon={running ? "pause" : "play"}
          label={running ? "Pause" : "Resume"}
          reason={gone}
          onClick={() => send(running ? "pause" : "resume")}
        />
      )}
      {!running && !paused && shows("train") && (
        <Button kind="primary" icon="play" label="Train" reason={gone ?? invalid} onClick={train} />
      )}
      {(running || paused) && shows("stop") && (
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
          title={
            Number.isInteger(epoch)
              ? "Train one epoch more"
              : paused
                ? `Finish epoch ${next}, then pause`
                : `Train all ratings once, as epoch ${next}`
          }
          reason={gone ?? busy}
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
  );
}
