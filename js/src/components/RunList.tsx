// The runs of the learner: which of the earlier ones are drawn behind the present one, and what each came to.
import { useView } from "../context";
import { formatLoss } from "../lib/format";
import { Checkbox } from "./fields";
import { toggled } from "./rows";

export function RunList() {
  const { store, trait } = useView();
  const runs = store.runs.value;
  const visible = trait<number[]>("visible_runs");
  if (!runs.some((run) => !run.present)) return null;
  const shown = visible.value ?? [];
  const toggle = (run: number) => {
    visible.value = toggled(shown, run).sort((a, b) => a - b);
  };
  return (
    <div class="cw-epochs">
      <table class="cw-table">
        <caption>Runs</caption>
        <thead>
          <tr>
            <th scope="col">in the chart</th>
            <th scope="col">best valid</th>
            <th scope="col">epoch</th>
          </tr>
        </thead>
        <tbody>
          {[...runs].reverse().map(({ run, name, present, valid_loss, best_epoch }) => (
            <tr key={run} class={present ? "cw-best-row" : undefined}>
              <th scope="row">
                {present ? (
                  name
                ) : (
                  <Checkbox label={name} checked={shown.includes(run)} onChange={() => toggle(run)} />
                )}
              </th>
              <td>{formatLoss(valid_loss)}</td>
              <td>{best_epoch ?? "\u2013"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
