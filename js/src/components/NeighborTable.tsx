// The rows of a neighbour search: score, evidence and strength of each title.
import type { Signal } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatCount, formatNumber, formatSimilarity } from "../lib/format";
import { METRICS, type Metric, type Order, scoreBar } from "../lib/metrics";
import { FEW_RATINGS } from "../lib/ranking";
import { onRowClick, onRowKey, type RowsInUse } from "./rowKeys";

export interface Neighbor {
  item: number;
  title: string;
  score: number;
  count: number;
  n_common?: number | null;
  norm: number;
  weak: boolean;
}

export interface NeighborTableProps {
  neighbors: readonly Neighbor[];
  metric: Metric;
  order: Order;
  hovered: Signal<number | null>;
  selection: Signal<number[]>;
  /** The title whose neighbours these are; setting it asks for another's. */
  anchor: Signal<number | null>;
  onSearch: () => void;
  onCopy: () => void;
}

export function NeighborTable(props: NeighborTableProps) {
  const { neighbors, metric, order, hovered, selection, anchor } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const wantsFocus = useRef<number | null>(null);
  const [active, setActive] = useState<number | null>(null);
  const rows = neighbors.map(({ item }) => item);
  const tabStop = active !== null && rows.includes(active) ? active : rows[0];
  const largest = neighbors.reduce((high, { score }) => Math.max(high, Math.abs(score) || 0), 0);
  const longest = neighbors.reduce((high, { norm }) => Math.max(high, norm || 0), 0);
  const common = neighbors.some(({ n_common }) => typeof n_common === "number");
  const cosine = metric === "cosine" || metric === "centered_cosine";

  // Whoever looked around a row by keyboard goes on in the new list, which no longer has that row.
  const follows = useRef(false);
  useLayoutEffect(() => {
    if (follows.current) body.current?.querySelector<HTMLElement>("[data-row]")?.focus();
    follows.current = false;
  }, [neighbors]);
  useLayoutEffect(() => {
    if (wantsFocus.current === null) return;
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${wantsFocus.current}"]`);
    wantsFocus.current = null;
    row?.focus();
  });

  const inUse: RowsInUse = {
    order: rows,
    filtered: rows,
    active: {
      get value() {
        return active;
      },
      set value(row) {
        setActive(row);
      },
    },
    selection,
    primary: anchor,
    focusRow(row) {
      wantsFocus.current = row;
      setActive(row);
    },
    pageSize: 8,
    onSearch: props.onSearch,
    onCopy: props.onCopy,
  };

  return (
    <div class="cw-table-box">
      <table class="cw-table">
        <caption class="cw-unseen">Nearest titles</caption>
        <thead>
          <tr>
            <th scope="col" class="cw-col-number">
              <span class="cw-sort">#</span>
            </th>
            <th scope="col" class="cw-col-title">
              <span class="cw-sort">Title</span>
            </th>
            <th scope="col" class="cw-col-score">
              <span class="cw-sort">{METRICS[metric].header}</span>
              <span class="cw-score-scale" aria-hidden="true">
                {cosine && <span>{order === "farthest" ? "−1" : "0"}</span>}
                {cosine && <span>1</span>}
              </span>
            </th>
            <th scope="col" class="cw-col-count" title="Number of ratings">
              <span class="cw-sort">Ratings</span>
            </th>
            {common && (
              <th scope="col" class="cw-col-common" title="Users who rated both">
                <span class="cw-sort">Both rated</span>
              </th>
            )}
            <th
              scope="col"
              class="cw-col-length"
              title="Length of the title's vector: how strongly it divides people"
            >
              <span class="cw-sort">Length</span>
            </th>
          </tr>
        </thead>
        <tbody
          ref={body}
          onKeyDown={(event) => {
            if ((event.target as HTMLElement).dataset.row === undefined) return;
            follows.current = event.key === "Enter";
            onRowKey(event, inUse);
          }}
          onPointerLeave={() => {
            hovered.value = null;
          }}
        >
          {neighbors.map((neighbor, index) => {
            const { item, title, score, count, n_common, norm, weak } = neighbor;
            const bar = scoreBar(score, metric, order, largest);
            const selected = selection.value.includes(item);
            return (
              <tr
                key={item}
                data-row={item}
                data-selected={selected || undefined}
                data-lit={hovered.value === item || undefined}
                tabIndex={item === tabStop ? 0 : -1}
                onClick={(event) => onRowClick(event, item, inUse)}
                onFocus={() => setActive(item)}
                onPointerEnter={() => {
                  hovered.value = item;
                }}
              >
                <td class="cw-col-number">{index + 1}</td>
                <th scope="row" class="cw-col-title" title={title}>
                  <span class="cw-with-badge">
                    <span class="cw-row-marks">{selected && <span class="cw-unseen">selected </span>}</span>
                    <span class="cw-combobox-title">{title}</span>
                    {weak && (
                      <span class="cw-few" title={weakness(count)}>
                        weak evidence
                      </span>
                    )}
                  </span>
                </th>
                <td class="cw-col-score">
                  <span
                    class="cw-track"
                    data-signed={order === "farthest" && metric !== "euclidean"}
                    aria-hidden="true"
                  >
                    <span
                      style={{
                        insetInlineStart: `${100 * bar.from}%`,
                        width: `${100 * (bar.to - bar.from)}%`,
                      }}
                    />
                  </span>
                  <span class="cw-score-value">{formatSimilarity(score)}</span>
                </td>
                <td class="cw-col-count">{formatCount(count)}</td>
                {common && <td class="cw-col-common">{formatCount(n_common)}</td>}
                <td class="cw-col-length">
                  <span class="cw-track" aria-hidden="true">
                    <span
                      style={{ insetInlineStart: 0, width: `${longest > 0 ? (100 * norm) / longest : 0}%` }}
                    />
                  </span>
                  <span class="cw-length-value">{formatNumber(norm, 2)}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function weakness(count: number): string {
  return count < FEW_RATINGS
    ? `Fewer than ${FEW_RATINGS} ratings: mostly noise`
    : "Its vector is shorter than a quarter of the median: a direction that weak is mostly noise";
}
