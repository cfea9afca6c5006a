// The table of epochs; the best one is marked in words.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useView } from "../context";
import { type Cell, tableOf } from "../lib/delimited";
import { formatLoss, formatNumber, formatRate, formatSeconds, ratingUnit } from "../lib/format";
import type { EpochRow } from "../protocol";

const MOST_ROWS = 100;

const metricsOf = (history: readonly EpochRow[]): string[] => [
  ...new Set(history.flatMap(({ metrics }) => Object.keys(metrics ?? {}))),
];

/** Header and rows, unrounded. */
export function epochCells(history: readonly EpochRow[]): Cell[][] {
  const facts = ["epoch", "train_loss", "valid_loss", "rmse", "seconds", "lr"] as const;
  const columns = [
    ...facts.map((fact) => [fact, (row: EpochRow) => row[fact]] as const),
    ...metricsOf(history).map((name) => [name, (row: EpochRow) => row.metrics?.[name] ?? null] as const),
  ];
  return tableOf(columns, history);
}

export function EpochTable() {
  const { store, trait } = useView();
  const history = store.history.value;
  const best = store.best_epoch.value;
  const overfit = store.overfit_since.value;
  const hits = trait<number | null>("hit_rate").value ?? null;
  const shown = history.slice(-MOST_ROWS);
  const scroll = useRef<HTMLDivElement>(null);
  const unit = ratingUnit(store.data.value.y_range) === "stars" && ", stars";
  const rmse = (
    <>
      RMSE<span class="cw-th-unit">{unit}</span>
    </>
  );
  const numbers: { name: string; head?: ComponentChildren; cell: (row: EpochRow) => string }[] = [
    { name: "train", cell: (row) => formatLoss(row.train_loss) },
    { name: "valid", cell: (row) => formatLoss(row.valid_loss) },
    { name: "rmse", head: rmse, cell: (row) => formatNumber(row.rmse, 3) },
    ...metricsOf(history).map((name) => ({ name, cell: (row: EpochRow) => formatLoss(row.metrics?.[name]) })),
  ];

  // The newest epoch is at the end; stay there unless the reader has scrolled up.
  useEffect(() => {
    const box = scroll.current;
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < 96) box.scrollTop = box.scrollHeight;
  }, [history]);

  return (
    <div class="cw-epochs">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div class="cw-epochs-scroll" ref={scroll} tabIndex={0} role="group" aria-label="Epochs, scrollable">
        <table class="cw-table">
          <caption>
            Epochs
            {history.length > MOST_ROWS && (
              <span class="cw-soft"> (the last {MOST_ROWS}; all are in the CSV)</span>
            )}
          </caption>
          <thead>
            <tr>
              <th scope="col">epoch</th>
              {numbers.map(({ name, head = name }) => (
                <th key={name} scope="col">
                  {head}
                </th>
              ))}
              <th scope="col" class="cw-time">
                time
              </th>
              <th scope="col">
                <span class="cw-unseen">note</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.epoch} class={row.epoch === best ? "cw-best-row" : undefined}>
                <th scope="row">{row.epoch}</th>
                {numbers.map(({ name, cell }) => (
                  <td key={name}>{cell(row)}</td>
                ))}
                <td class="cw-time" title={`learning rate ${formatRate(row.lr)}`}>
                  {formatSeconds(row.seconds)}
                </td>
                <td class="cw-toned" data-tone="good">
                  {row.epoch === best && "best"}
                  {row.epoch === overfit && (
                    <span
                      class="cw-toned"
                      data-tone="warn"
                      title="From this epoch on the validation loss was higher than its best"
                    >
                      {" \u2197"}
                      <span class="cw-unseen"> validation loss rises</span>
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {!history.length && <p class="cw-flow cw-small">No epoch yet.</p>}
      </div>
      {hits !== null && (
        <p class="cw-flow cw-small">
          Hit rate@10 {formatNumber(hits, 3)}: the share of users with a title they liked among the ten ranked
          highest. Rating error is not ranking quality.
        </p>
      )}
    </div>
  );
}
