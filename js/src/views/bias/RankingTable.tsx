// The table of the bias ranking.

import { useMemo } from "preact/hooks";
import { Link } from "../../components/Button";
import { setTo } from "../../components/fields";
import { MatchedTitle } from "../../components/TitleCombobox";
import { Bar, GAP, type TableColumn, type TableLinks, TitleTable } from "../../components/TitleTable";
import { useView } from "../../context";
import { clamp } from "../../lib/clamp";
import type { Column, Columns } from "../../lib/columns";
import { formatBias, formatCount, formatNumber, plural, ratingUnit } from "../../lib/format";
import { FEW_RATINGS, gainedText, type Ranking, type SortKey } from "../../lib/ranking";
import type { Side } from "../../store";
import { sortBy, type Units } from "./Controls";

export interface RankingTableProps extends TableLinks {
  side: Side;
  ranking: Ranking;
  /** What is shown: rows, and perhaps a gap between the two ends. */
  lines: readonly number[];
  filtered: ArrayLike<number>;
  query: string;
  columns: Columns;
  /** "title" or "user". */
  one: string;
  /** How far biases move over reruns, three numbers a row; null without. */
  runs: Float32Array | null;
  /** The same where its ranks are those of this filter; else null. */
  ranges: Float32Array | null;
  /** Places gained since the epoch before, and which that was; null where that is not known. */
  moved: { by: (row: number) => number; epoch: number } | null;
}

export function RankingTable(props: RankingTableProps) {
  const { side, ranking, lines, filtered, one, runs, ranges, moved } = props;
  const context = useView();
  const { trait } = context;
  const { y_range } = context.store.data.value;
  const unit = ratingUnit(y_range);
  const inStars = trait<Units>("units").value === "stars" && y_range !== null;
  const center = trait<boolean>("center").value;
  const { beside, beneath } = props.columns;
  const most = useMemo(() => side.counts.reduce((high, count) => Math.max(high, count), 1), [side]);
  const zero = center
    ? `0 is the average ${one}`
    : "raw, so its 0 is arbitrary: only differences mean something";
  const other = one === "user" ? "title" : "user";
  // A standard deviation in logits is none in stars.
  const spread = runs && !inStars ? (row: number) => runs[3 * row] : null;
  // Room for the whiskers of both ends.
  const beyond = spread ? Math.max(spread(ranking.rows[0]), spread(ranking.rows.at(-1) ?? 0)) : 0;
  const domain = inStars ? ranking.effectDomain : ranking.biasDomain + beyond;
  const biasOf = (row: number) => (inStars ? ranking.effect : ranking.bias)[row];
  const columns: Record<Column, Omit<TableColumn, "name">> = {
    rank: {
      label: "Rank",
      help: `Place by bias among the ${one}s shown`,
      unit: ranges && "(in reruns)",
      cell: (row) => (
        <>
          {moved && <Moved by={moved.by(row)} epoch={moved.epoch} />}
          {formatCount(ranking.rank[row])}
          {ranges && (
            <span class="cw-soft">
              {` (${formatCount(ranges[3 * row + 1])}–${formatCount(ranges[3 * row + 2])})`}
            </span>
          )}
        </>
      ),
    },
    title: {
      label: one === "user" ? "User" : "Title",
      help: "Sort by name",
      cell: (row) => <MatchedTitle title={side.names.at(row)} query={props.query} />,
    },
    bias: {
      label: "Bias",
      help: `After allowing for taste; ${zero}`,
      unit: `${y_range && !inStars ? "logit" : unit}, ${center ? "centred" : "raw"}`,
      cell: (row) => (
        <>
          <Diverging reach={biasOf(row) / domain} spread={spread && spread(row) / domain} />
          <span
            class="cw-value"
            title={spread ? `± ${formatNumber(spread(row), 2)} from run to run` : undefined}
          >
            {formatBias(biasOf(row))}
          </span>
        </>
      ),
    },
    effect: {
      label: "Effect",
      help: `Change for an average ${other} at the mean rating`,
      unit,
      unsorted: true,
      cell: (row) => (
        <>
          {formatBias(ranking.effect[row])}
          {unit === "stars" && <span class="cw-soft">★</span>}
        </>
      ),
    },
    count: {
      label: "Ratings",
      cell: (row) => <Count count={side.counts[row]} most={most} />,
    },
    mean: { label: "Mean", help: "Mean rating", cell: (row) => formatNumber(side.means[row], 2) },
    rank_by_mean: {
      label: "Rank by mean",
      help: `Place by mean rating among the ${one}s shown`,
      cell: (row) => formatCount(ranking.rankByMean[row]),
    },
    rank_change: {
      label: "Places gained",
      short: "",
      help: "How many places higher by bias than by mean",
      cell: (row) => <Gained places={ranking.rankByMean[row] - ranking.rank[row]} />,
    },
  };
  const named = (names: readonly Column[]) => names.map((name) => ({ name, ...columns[name] }));
  return (
    <TitleTable
      {...props}
      caption="Biases"
      columns={named(beside)}
      beneath={named(beneath)}
      names={side.names}
      gap={
        <Link then={`[data-row="${filtered[lines.indexOf(GAP)]}"]`} onClick={setTo(trait("show"), "all")}>
          … {formatCount(filtered.length - lines.length + 1)} more (show)
        </Link>
      }
      sort={{
        by: trait<SortKey>("sort_by").value,
        ascending: trait<boolean>("ascending").value,
        set: (by) => sortBy(context, by as SortKey),
      }}
    />
  );
}

function Count({ count, most }: { count: number; most: number }) {
  return (
    <>
      <span class="cw-count-value">{formatCount(count)}</span>
      {count < FEW_RATINGS ? (
        <span class="cw-few" title={`Fewer than ${FEW_RATINGS} ratings: little evidence`}>
          few
        </span>
      ) : (
        <Bar to={Math.log1p(count) / Math.log1p(most)} />
      )}
    </>
  );
}

function Gained({ places }: { places: number }) {
  const words = gainedText(places);
  return (
    <span class="cw-soft" title={`${words[0].toUpperCase()}${words.slice(1)}`}>
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
    <span class="cw-soft cw-moved" title={words}>
      <span aria-hidden="true">{by > 0 ? "▴" : "▾"}</span>
      <span class="cw-unseen">{words}; </span>
    </span>
  );
}

/** A bar from the middle, to the left below 0, and a whisker of one standard deviation on either side of its end. */
function Diverging({ reach, spread }: { reach: number; spread: number | null }) {
  const at = (share: number) => (Number.isFinite(share) ? 0.5 + clamp(share, -1, 1) / 2 : 0.5);
  const end = at(reach);
  return (
    <Bar
      signed
      tone={end < 0.5 ? "below" : "above"}
      from={Math.min(0.5, end)}
      to={Math.max(0.5, end)}
      whisker={spread !== null && [at(reach - spread), at(reach + spread)]}
    />
  );
}
