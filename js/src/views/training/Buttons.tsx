// Train, pause, resume, stop, one epoch more, reset.
import { Button } from "../../components/Button";
import type { ViewContext } from "../../context";
import type { Call } from "../../lib/link";
import { whyNoTraining } from "../../lib/wording";

export interface ButtonsProps {
  context: ViewContext;
  shows: (control: string) => boolean;
  /** What is wrong with a setting. */
  invalid: string | null;
  send: (command: Call["name"], args?: Record<string, unknown>) => void;
  train: () => void;
  reset: () => void;
  settings: () => Record<string, unknown>;
}

export function Buttons({ context, shows, invalid, send, train, reset, settings }: ButtonsProps) {
  const { store } = context;
  const status = store.status.value;
  const running = status === "training";
  const epoch = store.epoch.value;
  const next = Math.ceil(epoch);
  const gone = whyNoTraining(store.connection.value, store.data.value.cannot_train);
  return (
    <div class="cw-flow cw-buttons">
      {running
        ? shows("pause") && (
            <Button kind="primary" icon="pause" label="Pause" reason={gone} onClick={() => send("pause")} />
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
          title={
            Number.isInteger(epoch)
              ? "Train one epoch more"
              : status === "paused"
                ? `Finish epoch ${next}, then pause`
                : `Train all ratings once, as epoch ${next}`
          }
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
  );
}
