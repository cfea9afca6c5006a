// Beside a list that a single training made: train again with other seeds, to see which titles come again.
import { useSignal } from "@preact/signals";
import { Link } from "../../components/Button";
import { useView } from "../../context";

export function Reruns() {
  const { store } = useView();
  const refused = useSignal("");
  const progress = store.rerun_progress.value;
  const { can_remake, n_members } = store.data.value;
  const link = (label: string, name: "rerun" | "cancel_rerun") => (
    <Link
      title={name === "rerun" ? "Train again with other seeds, to see which titles come again" : undefined}
      onClick={() => {
        refused.value = "";
        store.command(name).catch(({ message }: Error) => {
          refused.value = message;
        });
      }}
    >
      {label}
    </Link>
  );
  if (progress !== null)
    return (
      <p class="cw-flow cw-soft">
        {`training again, ${Math.round(100 * progress)} %`}
        {link("cancel", "cancel_rerun")}
      </p>
    );
  const may = can_remake && store.status.value !== "training";
  return (
    <p class="cw-flow cw-soft">
      {`from a single run ${refused.value || store.rerun_error.value}`}
      {may && link(n_members > 2 ? "Compare members" : "Rerun 8×", "rerun")}
    </p>
  );
}
