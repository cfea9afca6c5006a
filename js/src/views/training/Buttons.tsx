// Train, pause, resume, stop, one epoch more, reset.
import { Button, type ButtonProps } from "../../components/Button";
import { useView } from "../../context";
import type { Call } from "../../lib/link";
import { whyNoTraining } from "../../lib/wording";

interface Props {
  /** What is wrong with a setting. */
  invalid: string | null;
  send: (command: Call["name"], args?: Record<string, unknown>) => void;
  train: () => void;
  reset: () => void;
  settings: () => Record<string, unknown>;
}

export function Buttons({ invalid, send, train, reset, settings }: Props) {
  const { store, shows } = useView();
  const status = store.status.value;
  const running = status === "training";
  const epoch = store.epoch.value;
  const next = Math.ceil(epoch);
  const gone = whyNoTraining(store.connection.value, store.data.value.cannot_train);
  const paused = status === "paused";
  const started = running || paused;
  const step = paused ? `Finish epoch ${next}, then pause` : `Train all ratings once, as epoch ${next}`;
  const button = (name: string, props: ButtonProps) =>
    shows(name) && <Button {...props} reason={gone ?? props.reason} />;
  const [label, icon] = running ? (["Pause", "pause"] as const) : (["Resume", "play"] as const);
  const toggle = () => send(running ? "pause" : "resume");
  return (
    <div class="cw-flow cw-buttons">
      {started
        ? button("pause", { kind: "primary", icon, label, onClick: toggle })
        : button("train", { kind: "primary", icon: "play", label: "Train", reason: invalid, onClick: train })}
      {started &&
        button("stop", {
          icon: "stop",
          label: "Stop",
          title: "Stop and keep the weights",
          onClick: () => send("stop"),
        })}
      {button("step", {
        icon: "step",
        label: "+1 epoch",
        title: Number.isInteger(epoch) ? "Train one epoch more" : step,
        reason: running ? "Training already" : invalid,
        onClick: () => send("step_epoch", settings()),
      })}
      {button("reset", {
        icon: "reset",
        label: "Reset",
        title: "Back to new random weights",
        reason: running ? "Stop first" : invalid,
        onClick: reset,
      })}
    </div>
  );
}
