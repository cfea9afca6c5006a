// The table of the bias ranking: headers that sort, rows as one tab stop, long lists windowed.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatBias, formatCount, formatNumber, plural } from "../lib/format";
import { FEW_RATINGS, type Ranking, type SortKey } from "../lib/ranking";
import { rowsInSight, stretches } from "../lib/windowing";
import type { Side } from "../store";
import { onRowClick, onRowKey, type RowsInUse } from "./rowKeys";
import { useSlidingRows } from "./slide";
import { MatchedTitle } from "./TitleCombobox";

/** Longer lists keep only the rows in sight in the document. */
const WINDOWED_ABOVE = 200;
/** Until the first row has been measured. */
const ROW_HEIGHT = 32;
const HEAD_HEIGHT = 40;

/** all; without the means; or title, bias and count only. */
export type Columns = 7 | 5 | 3;

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
  /** How many columns there is room for; the last of them go first. */
  columns: Columns;
  ratingUnit: "stars" | "rating";
  nameHeader: string;
  hovered: Signal<number | null>;
  selection: Signal<number[]>;
  primary: Signal<number | null>;
  still: boolean;
  onHold: (held: boolean) => void;
  onSearch: () => void;
  onCopy: () => void;
}

export function RankingTable(props: RankingTableProps) {
  const { side, shown, sort, ascending, onSort, hovered, selection, primary } = props;
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const pointed = useRef(false);
  const focused = useRef(false);
  const wantsFocus = useRef<number | null>(null);
  const [active, setActive] = useState<number | null>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 400 });
  const [rowHeight, setRowHeight] = useState(ROW_HEIGHT);

  const rows = useMemo(() => shown.flatMap((part) => ("skipped" in part ? [] : part)), [shown]);
  const windowed = rows.length > WINDOWED_ABOVE;
  const tabStop = active !== null && rows.includes(active) ? active : rows[0];
  useSlidingRows(body, rows, props.still || windowed);

  useLayoutEffect(() => {
    const height = body.current?.querySelector<HTMLElement>("[data-row]")?.offsetHeight;
    if (height && height !== rowHeight) setRowHeight(height);
  });
  useLayoutEffect(() => {
    if (wantsFocus.current === null) return;
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${wantsFocus.current}"]`);
    wantsFocus.current = null;
    row?.focus({ preventScroll: true });
  });
  useEffect(() => {
    // A shorter list may leave the box scrolled past its end.
    if (box.current) setScroll({ top: box.current.scrollTop, height: box.current.clientHeight });
  }, [rows.length]);

  const hold = () => props.onHold(pointed.current || focused.current);
  const bringIntoSight = (index: number) => {
    const view = box.current;
    if (!view || index < 0) return;
    const element = body.current?.querySelector<HTMLElement>(`[data-row="${rows[index]}"]`);
    const head = view.querySelector("thead")?.offsetHeight ?? HEAD_HEIGHT;
    const top = windowed ? head + index * rowHeight : (element?.offsetTop ?? 0);
    if (top - head < view.scrollTop) view.scrollTop = top - head;
    else if (top + rowHeight > view.scrollTop + view.clientHeight) {
      view.scrollTop = top + rowHeight - view.clientHeight;
    }
  };
  const inUse: RowsInUse = {
    order: rows,
    filtered: props.filtered,
    active: {
      get value() {
        return active;
      },
      set value(row) {
        setActive(row);
      },
    },
    selection,
    primary,
    focusRow(row) {
      bringIntoSight(rows.indexOf(row));
      wantsFocus.current = row;
      setActive(row);
      if (box.current) setScroll({ top: box.current.scrollTop, height: box.current.clientHeight });
    },
    pageSize: Math.max(1, Math.floor(scroll.height / rowHeight) - 1),
    onSearch: props.onSearch,
    onCopy: props.onCopy,
  };

  const mostRatings = useMemo(() => side.counts.reduce((high, count) => Math.max(high, count), 1), [side]);
  const selected = useMemo(() => new Set(selection.value), [selection.value]);
  const drawRow = (row: number, index: number) => (
    <Row
      key={row}
      row={row}
      index={windowed ? index + 2 : undefined}
      view={props}
      mostRatings={mostRatings}
      selected={selected.has(row)}
      primary={primary.value === row}
      lit={hovered.value === row}
      tabStop={row === tabStop}
      onClick={(event) => onRowClick(event, row, inUse)}
      onFocus={() => setActive(row)}
    />
  );
  const spacer = (key: string, count: number) => (
    <tr key={key} aria-hidden="true" class="cw-spacer">
      <td colSpan={props.columns} style={{ height: `${count * rowHeight}px` }} />
    </tr>
  );
  const allHeaders: [SortKey | "effect", string, string, string, ComponentChildren?][] = [
    ["rank", "Rank", "cw-col-rank", "Place by bias among the titles shown"],
    ["title", props.nameHeader, "cw-col-title", "Sort by name"],
    ["bias", "Bias", "cw-col-bias", "After allowing for taste; 0 is the average title", props.biasUnit],
    ["effect", "Effect", "cw-col-effect", "Change for an average user at the mean rating", props.ratingUnit],
    ["count", "Ratings", "cw-col-count", "Number of ratings"],
    ["mean", "Mean", "cw-col-mean", "Mean rating"],
    ["rank_by_mean", "Rank by mean", "cw-col-by-mean", "Place by mean rating among the titles shown"],
  ];

  const headers = allHeaders.filter(([key]) => fits(key, props.columns));

  return (
    <div
      ref={box}
      class="cw-table-box"
      data-windowed={windowed}
      onScroll={(event) => {
        const { scrollTop, clientHeight } = event.currentTarget;
        setScroll({ top: scrollTop, height: clientHeight });
      }}
      onPointerEnter={() => {
        pointed.current = true;
        hold();
      }}
      onPointerLeave={() => {
        pointed.current = false;
        hold();
      }}
    >
      <table
        class="cw-table"
        role={windowed ? "grid" : undefined}
        aria-rowcount={windowed ? rows.length + 1 : undefined}
      >
        <caption class="cw-unseen">Biases</caption>
        <thead>
          <tr aria-rowindex={windowed ? 1 : undefined}>
            {headers.map(([key, label, name, help, unit]) => (
              <th
                key={label}
                scope="col"
                class={name}
                title={help}
                aria-sort={key === sort ? (ascending ? "ascending" : "descending") : undefined}
              >
                {key !== "effect" ? (
                  <button type="button" class="cw-sort" onClick={() => onSort(key)}>
                    {label}
                  </button>
                ) : (
                  <span class="cw-sort">{label}</span>
                )}
                {unit && <span class="cw-unit">{unit}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody
          ref={body}
          onKeyDown={(event) => {
            if ((event.target as HTMLElement).dataset.row !== undefined) onRowKey(event, inUse);
          }}
          onFocusIn={() => {
            focused.current = true;
            hold();
          }}
          onFocusOut={() => {
            focused.current = false;
            hold();
          }}
          onPointerLeave={() => {
            hovered.value = null;
          }}
          onPointerOver={(event) => {
            const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset.row;
            hovered.value = row === undefined ? null : Number(row);
          }}
        >
          {windowed
            ? stretches(
                rows.length,
                rowsInSight(rows.length, rowHeight, scroll.top, scroll.height),
                active === null ? null : rows.indexOf(active),
              ).flatMap(({ from, to, drawn }) =>
                // One flat list, so that the row with the focus keeps its element while the stretches move.
                drawn
                  ? rows.slice(from, to).map((row, i) => drawRow(row, from + i))
                  : [
                      spacer(
                        `spacer-${from === 0 ? "top" : to === rows.length ? "end" : "middle"}`,
                        to - from,
                      ),
                    ],
              )
            : shown.map((part) =>
                "skipped" in part ? (
                  <tr key="skipped" class="cw-skipped">
                    <td colSpan={props.columns}>
                      <button type="button" class="cw-link" onClick={props.onShowAll}>
                        … {formatCount(part.skipped)} more (show)
                      </button>
                    </td>
                  </tr>
                ) : (
                  part.map((row, i) => drawRow(row, i))
                ),
              )}
        </tbody>
      </table>
    </div>
  );
}

function fits(column: SortKey | "effect", columns: Columns): boolean {
  if (column === "mean" || column === "rank_by_mean") return columns > 5;
  return columns > 3 || (column !== "rank" && column !== "effect");
}

interface RowProps {
  row: number;
  /** aria-rowindex, where not all rows are in the document. */
  index: number | undefined;
  view: RankingTableProps;
  mostRatings: number;
  selected: boolean;
  primary: boolean;
  lit: boolean;
  tabStop: boolean;
  onClick: (event: MouseEvent) => void;
  onFocus: () => void;
}

function Row({ row, index, view, mostRatings, selected, primary, lit, tabStop, onClick, onFocus }: RowProps) {
  const { side, ranking, inStars } = view;
  const count = side.counts[row];
  const value = inStars ? ranking.effect[row] : ranking.bias[row];
  const reach = value / (inStars ? ranking.effectDomain : ranking.biasDomain);
  const gained = ranking.rankByMean[row] - ranking.rank[row];
  const name = side.names.at(row);
  return (
    <tr
      data-row={row}
      data-selected={selected || undefined}
      data-primary={primary || undefined}
      data-lit={lit || undefined}
      aria-selected={index === undefined ? undefined : selected}
      aria-rowindex={index}
      tabIndex={tabStop ? 0 : -1}
      onClick={onClick}
      onFocus={onFocus}
    >
      {view.columns > 3 && <td class="cw-col-rank">{formatCount(ranking.rank[row])}</td>}
      <th scope="row" class="cw-col-title" title={name}>
        <span class="cw-row-marks">
          {primary && <span class="cw-unseen">explored </span>}
          {selected && <span class="cw-unseen">selected </span>}
        </span>
        <MatchedTitle title={name} query={view.query} />
      </th>
      <td class="cw-col-bias">
        <Diverging reach={reach} />
        <span class="cw-bias-value">{formatBias(value)}</span>
      </td>
      {view.columns > 3 && (
        <td class="cw-col-effect">
          {formatBias(ranking.effect[row])}
          {view.ratingUnit === "stars" && <span class="cw-star">★</span>}
        </td>
      )}
      <td class="cw-col-count">
        <span class="cw-count-value">{formatCount(count)}</span>
        {count < FEW_RATINGS ? (
          <span class="cw-few" title={`Fewer than ${FEW_RATINGS} ratings: little evidence`}>
            few
          </span>
        ) : (
          <span class="cw-count-bar" aria-hidden="true">
            <span style={{ width: `${(100 * Math.log1p(count)) / Math.log1p(mostRatings)}%` }} />
          </span>
        )}
      </td>
      {view.columns > 5 && (
        <>
          <td class="cw-col-mean">{formatNumber(side.means[row], 2)}</td>
          <td class="cw-col-by-mean">
            {formatCount(ranking.rankByMean[row])}
            <span class="cw-gained" title={placesText(gained)}>
              {gained === 0 ? "=" : `${gained > 0 ? "▲" : "▼"} ${formatCount(Math.abs(gained))}`}
            </span>
          </td>
        </>
      )}
    </tr>
  );
}

function placesText(gained: number): string {
  if (gained === 0) return "The same place by bias and by mean";
  return `${plural(Math.abs(gained), "place")} ${gained > 0 ? "higher" : "lower"} by bias than by mean`;
}

/** A bar from the middle, to the left below 0. */
function Diverging({ reach }: { reach: number }) {
  const size = Number.isFinite(reach) ? Math.min(1, Math.abs(reach)) : 0;
  return (
    <span class="cw-diverging" aria-hidden="true">
      <span class={reach < 0 ? "cw-below" : "cw-above"} style={{ width: `${50 * size}%` }} />
    </span>
  );
}
