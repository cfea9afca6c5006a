// The table of the bias ranking: headers that sort, rows as one tab stop, long lists windowed.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Column, Columns } from "../lib/columns";
import { formatBias, formatCount, formatNumber, plural } from "../lib/format";
import { FEW_RATINGS, gainedText, type Ranking, type SortKey } from "../lib/ranking";
import type { Side } from "../store";
import type { Holding } from "./heldOrder";
import { type Rows, useRows } from "./rows";
import { useSlidingRows } from "./slide";
import { MatchedTitle } from "./TitleCombobox";
import { useWindow } from "./windowed";

/** In place of a row: the line that says how many are left out. */
const GAP = -1;
export interface RankingTableProps {
  side: Side;
  ranking: Ranking;
  /** What is shown: rows, or the number of rows left out between the two ends. */
  shown: readonly (readonly number[] | { skipped: number })[];
  filtered: ArrayLike<number>;
  sort: SortKey;
  ascending: boolean;
  onSort: (key: SortKey) => void;
  onShowAll: () => void;
  query: string;
  /** Bars and numbers of the bias column in stars rather than logits. */
  inStars: boolean;
  biasUnit: string;
  /** Whether 0 is the average row; otherwise it is nowhere in particular. */
  center: boolean;
  columns: Columns;
  ratingUnit: "stars" | "rating";
  /** "title" or "user". */
  one: string;
  /** Places gained since the epoch before, and which that was; null where that is not known. */
  moved: { by: (row: number) => number; epoch: number } | null;
  hovered: Signal<number | null>;
  selection: Signal<number[]>;
  primary: Signal<number | null>;
  still: boolean;
  holding: Holding;
  onSearch: () => void;
  onCopy: () => void;
}

export function RankingTable(props: RankingTableProps) {
  const { side, shown, sort, ascending, onSort, hovered, selection, primary } = props;
  const { beside, beneath } = props.columns;
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);

  const rows = useMemo(() => shown.flatMap((part) => ("skipped" in part ? [] : part)), [shown]);
  /** What stands below the head, line by line: rows, and the gap between the two ends. */
  const lines = useMemo(() => shown.flatMap((part) => ("skipped" in part ? [GAP] : part)), [shown]);
  const skipped = shown.reduce((sum, part) => ("skipped" in part ? sum + part.skipped : sum), 0);
  const seen = useWindow(lines, box, body);
  useSlidingRows(body, rows, props.still || seen.windowed);
  const inUse = useRows({
    ...props,
    order: rows,
    body,
    pageSize: seen.pageSize,
    bring: seen.bring,
  });

  const mostRatings = useMemo(() => side.counts.reduce((high, count) => Math.max(high, count), 1), [side]);
  const selected = useMemo(() => new Set(selection.value), [selection.value]);
  const drawRow = (row: number, index: number) => (
    <Row
      key={row}
      row={row}
      index={seen.index(index)}
      view={props}
      mostRatings={mostRatings}
      selected={selected.has(row)}
      primary={primary.value === row}
      lit={hovered.value === row}
      inUse={inUse.row(row)}
    />
  );
  const firstHidden = `[data-row="${props.filtered[lines.indexOf(GAP)]}"]`;
  const gap = (
    <tr key="skipped" class="cw-skipped">
      <td colSpan={beside.length}>
        <button type="button" class="cw-link" data-then={firstHidden} onClick={props.onShowAll}>
          … {formatCount(skipped)} more (show)
        </button>
      </td>
    </tr>
  );
  const drawLine = (row: number, index: number) => (row === GAP ? gap : drawRow(row, index));
  const zero = props.center
    ? `0 is the average ${props.one}`
    : "raw, so its 0 is arbitrary: only differences mean something";
  const other = props.one === "user" ? "title" : "user";
  const headers: Record<Column, Header> = {
    rank: ["rank", "Rank", `Place by bias among the ${props.one}s shown`],
    title: ["title", props.one === "user" ? "User" : "Title", "Sort by name"],
    bias: ["bias", "Bias", `After allowing for taste; ${zero}`, props.biasUnit],
    effect: [null, "Effect", `Change for an average ${other} at the mean rating`, props.ratingUnit],
    count: ["count", "Ratings", "Number of ratings"],
    mean: ["mean", "Mean", "Mean rating"],
    rank_by_mean: ["rank_by_mean", "Rank by mean", `Place by mean rating among the ${props.one}s shown`],
    rank_change: ["rank_change", "Places gained", "How many places higher by bias than by mean"],
  };
  return (
    <div ref={box} class="cw-table-box" {...seen.box}>
      <table class="cw-table" data-beneath={beneath.length > 0 || undefined} {...seen.table}>
        <caption class="cw-unseen">Biases</caption>
        <thead>
          <tr aria-rowindex={seen.index(-1)}>
            {beside.map((column) => {
              const [key, label, help, unit] = headers[column];
              return (
                <th
                  key={column}
                  scope="col"
                  class={`cw-col-${column}`}
                  title={help}
                  aria-sort={key === sort ? (ascending ? "ascending" : "descending") : undefined}
                >
                  {key ? (
                    <button type="button" class="cw-sort" onClick={() => onSort(key)}>
                      {label}
                    </button>
                  ) : (
                    <span class="cw-sort">{label}</span>
                  )}
                  {unit && <span class="cw-unit">{unit}</span>}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody
          ref={body}
          {...inUse.body}
          onPointerLeave={() => {
            hovered.value = null;
          }}
          onPointerOver={(event) => {
            const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset.row;
            hovered.value = row === undefined ? null : Number(row);
          }}
        >
          {seen.draw(inUse.active, beside.length, drawLine)}
        </tbody>
      </table>
    </div>
  );
}

/** What it sorts by, its words, its help, its unit. */
type Header = [key: SortKey | null, label: string, help: string, unit?: string];

interface RowProps {
  row: number;
  /** aria-rowindex, where not all rows are in the document. */
  index: number | undefined;
  view: RankingTableProps;
  mostRatings: number;
  selected: boolean;
  primary: boolean;
  lit: boolean;
  inUse: ReturnType<Rows["row"]>;
}

function Row({ row, index, view, mostRatings, selected, primary, lit, inUse }: RowProps) {
  const { side, ranking, inStars, moved } = view;
  const { beside, beneath } = view.columns;
  const name = side.names.at(row);
  const value = inStars ? ranking.effect[row] : ranking.bias[row];
  const star = view.ratingUnit === "stars" && <span class="cw-star">★</span>;
  const cells: Record<Exclude<Column, "title">, () => ComponentChildren> = {
    rank: () => (
      <>
        {moved && <Moved by={moved.by(row)} epoch={moved.epoch} />}
        {formatCount(ranking.rank[row])}
      </>
    ),
    bias: () => (
      <>
        <Diverging reach={value / (inStars ? ranking.effectDomain : ranking.biasDomain)} />
        <span class="cw-value">{formatBias(value)}</span>
      </>
    ),
    effect: () => (
      <>
        {formatBias(ranking.effect[row])}
        {star}
      </>
    ),
    count: () => <Count count={side.counts[row]} most={mostRatings} />,
    mean: () => formatNumber(side.means[row], 2),
    rank_by_mean: () => formatCount(ranking.rankByMean[row]),
    rank_change: () => <Gained places={ranking.rankByMean[row] - ranking.rank[row]} />,
  };
  return (
    <tr
      {...inUse}
      data-selected={selected || undefined}
      data-primary={primary || undefined}
      data-lit={lit || undefined}
      aria-selected={index === undefined ? undefined : selected}
      aria-rowindex={index}
    >
      {beside.map((column) =>
        column === "title" ? (
          <th key={column} scope="row" class="cw-col-title" title={name}>
            <span class="cw-row-marks">
              {primary && <span class="cw-unseen">explored </span>}
              {selected && <span class="cw-unseen">selected </span>}
            </span>
            <MatchedTitle title={name} query={view.query} />
            {beneath.length > 0 && (
              <span class="cw-beneath">
                {beneath.map((under) => (
                  <span key={under}>
                    {BENEATH[under]} {under === "title" ? null : cells[under]()}
                  </span>
                ))}
              </span>
            )}
          </th>
        ) : (
          <td key={column} class={`cw-col-${column}`}>
            {cells[column]()}
          </td>
        ),
      )}
    </tr>
  );
}

/** What the numbers of the second line are called. */
const BENEATH: Record<Column, string> = {
  rank: "rank",
  title: "",
  bias: "bias",
  effect: "effect",
  count: "ratings",
  mean: "mean",
  rank_by_mean: "by mean",
  rank_change: "",
};

function Count({ count, most }: { count: number; most: number }) {
  return (
    <>
      <span class="cw-count-value">{formatCount(count)}</span>
      {count < FEW_RATINGS ? (
        <span class="cw-few" title={`Fewer than ${FEW_RATINGS} ratings: little evidence`}>
          few
        </span>
      ) : (
        <span class="cw-bar" aria-hidden="true">
          <span style={{ width: `${(100 * Math.log1p(count)) / Math.log1p(most)}%` }} />
        </span>
      )}
    </>
  );
}

function Gained({ places }: { places: number }) {
  const words = gainedText(places);
  return (
    <span class="cw-gained" title={`${words[0].toUpperCase()}${words.slice(1)}`}>
      <span aria-hidden="true">
        {places === 0 ? "=" : `${places > 0 ? "▲" : "▼"} ${formatCount(Math.abs(places))}`}
      </span>
      <span class="cw-unseen">{words}</span>
    </span>
  );
}

/** Which way a row has gone since an epoch's end. */
function Moved({ by, epoch }: { by: number; epoch: number }) {
  if (by === 0) return null;
  const words = `${by > 0 ? "up" : "down"} ${plural(Math.abs(by), "place")} since epoch ${epoch}`;
  return (
    <span class="cw-moved" title={words}>
      <span aria-hidden="true">{by > 0 ? "▴" : "▾"}</span>
      <span class="cw-unseen">{words}; </span>
    </span>
  );
}

/** A bar from the middle, to the left below 0. */
function Diverging({ reach }: { reach: number }) {
  const size = Number.isFinite(reach) ? Math.min(1, Math.abs(reach)) : 0;
  return (
    <span class="cw-bar cw-diverging" aria-hidden="true">
      <span class={reach < 0 ? "cw-below" : "cw-above"} style={{ width: `${50 * size}%` }} />
    </span>
  );
}
