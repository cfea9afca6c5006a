// The rows of a neighbour search: score, evidence and strength of each title.
import type { Signal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { formatCount, formatNumber, formatSimilarity } from "../lib/format";
import { METRICS, type Metric, type Neighbor, type Order, scoreBar } from "../lib/metrics";
import type { Holding } from "./heldOrder";
import { useRows } from "./rows";
import { useSlidingRows } from "./slide";
import { useWindow } from "./windowed";

/** Fewer ratings, or a vector shorter than this share of the median, is weak evidence. */
export interface WeakBelow {
  count: number;
  norm: number;
}

export interface NeighborTableProps {
  neighbors: readonly Neighbor[];
  metric: Metric;
  order: Order;
  hovered: Signal<number | null>;
  selection: Signal<number[]>;
  /** The title whose neighbours these are. */
  explored: number | null;
  onExplore: (row: number | null) => void;
  /** Its name, while a title is pinned. */
  pinned: string | null;
  weakBelow: WeakBelow;
  holding: Holding;
  still: boolean;
  onSearch: () => void;
  onCopy: () => void;
}

export function NeighborTable(props: NeighborTableProps) {
  const { neighbors, metric, order, hovered, selection } = props;
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = useMemo(() => neighbors.map(({ item }) => item), [neighbors]);
  const largest = neighbors.reduce((high, { score }) => Math.max(high, Math.abs(score) || 0), 0);
  const longest = neighbors.reduce((high, { norm }) => Math.max(high, norm || 0), 0);
  const common = neighbors.some(({ n_common }) => typeof n_common === "number");
  const pinned = props.pinned !== null && neighbors.some(({ to_pinned }) => to_pinned !== undefined);
  const cosine = metric === "cosine" || metric === "centered_cosine";

  // Whoever looked around a row by keyboard goes on in the new list, which no longer has that row.
  const follows = useRef(false);
  useLayoutEffect(() => {
    if (follows.current) body.current?.querySelector<HTMLElement>("[data-row]")?.focus();
    follows.current = false;
  }, [neighbors]);
  const seen = useWindow(rows, box, body);
  useSlidingRows(body, rows, props.still || seen.windowed);
  const inUse = useRows({
    ...props,
    order: rows,
    filtered: rows,
    body,
    ...(seen.windowed && { pageSize: seen.pageSize, bring: seen.bring }),
    primary: {
      get value() {
        return props.explored;
      },
      set value(row) {
        props.onExplore(row);
      },
    },
  });

  return (
    <div ref={box} class="cw-table-box" {...seen.box}>
      <table class="cw-table" data-evidence {...seen.table}>
        <caption class="cw-unseen">Nearest titles</caption>
        <thead>
          <tr aria-rowindex={seen.index(-1)}>
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
            {pinned && (
              <th scope="col" class="cw-col-pinned" title={`${METRICS[metric].header} to ${props.pinned}`}>
                <span class="cw-sort">To pinned</span>
                <span class="cw-unit">{props.pinned}</span>
              </th>
            )}
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
          {...inUse.body}
          onKeyDown={(event) => {
            follows.current = event.key === "Enter";
            inUse.body.onKeyDown(event);
          }}
          onPointerLeave={() => {
            hovered.value = null;
          }}
        >
          {seen.draw(inUse.active, 5 + Number(pinned) + Number(common), (item, index) => {
            const { title, score, count, n_common, norm, weak, to_pinned } = neighbors[index];
            const bar = scoreBar(score, metric, order, largest);
            const selected = selection.value.includes(item);
            return (
              <tr
                key={item}
                {...inUse.row(item)}
                data-selected={selected || undefined}
                aria-selected={seen.windowed ? selected : undefined}
                aria-rowindex={seen.index(index)}
                data-lit={hovered.value === item || undefined}
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
                      <span class="cw-few" title={weakness(count, props.weakBelow)}>
                        weak evidence
                      </span>
                    )}
                  </span>
                  <span class="cw-beneath">
                    {weak && (
                      <span class="cw-weakness">
                        weak: {count < props.weakBelow.count ? "few ratings" : "short vector"}
                      </span>
                    )}
                    {pinned && <span>to pinned {formatSimilarity(to_pinned)}</span>}
                    {common && <span>both rated {formatCount(n_common)}</span>}
                    <span>length {formatNumber(norm, 2)}</span>
                  </span>
                </th>
                <td class="cw-col-score">
                  <span
                    class="cw-bar"
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
                  <span class="cw-value">{formatSimilarity(score)}</span>
                </td>
                {pinned && <td class="cw-col-pinned">{formatSimilarity(to_pinned)}</td>}
                <td class="cw-col-count">{formatCount(count)}</td>
                {common && <td class="cw-col-common">{formatCount(n_common)}</td>}
                <td class="cw-col-length">
                  <span class="cw-bar" aria-hidden="true">
                    <span
                      style={{ insetInlineStart: 0, width: `${longest > 0 ? (100 * norm) / longest : 0}%` }}
                    />
                  </span>
                  <span class="cw-value">{formatNumber(norm, 2)}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function weakness(count: number, below: WeakBelow): string {
  return count < below.count
    ? `fewer than ${formatCount(below.count)} ratings: mostly noise`
    : `shorter than ${formatCount(Math.round(100 * below.norm))} % of the median vector: mostly noise`;
}
