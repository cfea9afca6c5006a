// The rows of a neighbour search: score, evidence and strength of each title.

import { Bar, type TableColumn, type TableLinks, TitleTable } from "../../components/TitleTable";
import { useView } from "../../context";
import { formatCount, formatNumber, formatSimilarity } from "../../lib/format";
import { isCosine, METRICS, type Metric, type Neighbor, type Order, scoreBar } from "../../lib/metrics";
import { knownFrom, unrated } from "../../lib/wording";

/** Fewer ratings, or a vector shorter than this share of the median, is weak evidence. */
interface WeakBelow {
  count: number;
  norm: number;
}

export interface NeighborTableProps extends TableLinks {
  neighbors: readonly Neighbor[];
  /** Their rows. */
  lines: readonly number[];
  metric: Metric;
  order: Order;
  /** The scores are means over reruns. */
  averaged: boolean;
}

/** Narrower, what tells weak evidence from strong goes under the title; a column more needs as much more. */
const WIDE = 760;
const EXTRA = 80;
const LOWER = ["pinned", "runs", "common", "length"];
/** Narrower, places go without their numbers. */
const NUMBERED = 420;

export function NeighborTable(props: NeighborTableProps) {
  const { neighbors, metric, order, averaged } = props;
  const { store, shared, trait, width: room } = useView();
  const side = store.items.value;
  const { names } = side;
  const weakBelow = trait<WeakBelow>("weak_below").value;
  const largest = neighbors.reduce((high, { score }) => Math.max(high, Math.abs(score) || 0), 0);
  const longest = neighbors.reduce((high, { norm }) => Math.max(high, norm || 0), 0);
  const pinned = shared.pinned.value;
  const compared = pinned !== null && neighbors.some(({ to_pinned }) => to_pinned !== undefined);
  const runs = trait<number>("n_runs").value;
  const width = room.value || WIDE;
  const wide = width >= WIDE + EXTRA * (Number(compared) + Number(runs > 0));
  const columns: (TableColumn | false)[] = [
    width >= NUMBERED && { name: "number", label: "#", cell: (_, line) => line + 1 },
    {
      name: "title",
      label: "Title",
      cell: (_, line) => {
        const { item, title, count, weak } = neighbors[line];
        const cold = knownFrom(store, item);
        return (
          <>
            <span class="cw-cut cw-combobox-title">{title}</span>
            {wide && (cold || weak) && (
              <span class="cw-few" title={cold ?? weakness(count, weakBelow)}>
                {unrated(side, item) ?? "weak evidence"}
              </span>
            )}
          </>
        );
      },
    },
    {
      name: "score",
      label: averaged ? "Mean cosine" : METRICS[metric].header,
      unit: isCosine(metric) && (
        <span class="cw-score-scale" aria-hidden="true">
          <span>{order === "farthest" ? "−1" : "0"}</span>
          <span>1</span>
        </span>
      ),
      cell: (_, line) => {
        const { score } = neighbors[line];
        return (
          <>
            <Bar
              tone="above"
              {...scoreBar(score, metric, order, largest)}
              signed={order === "farthest" && metric !== "euclidean"}
            />
            <span class="cw-value">{formatSimilarity(score)}</span>
          </>
        );
      },
    },
    compared && {
      name: "pinned",
      label: "To pinned",
      help: `${METRICS[metric].header} to ${names.at(pinned)}`,
      unit: names.at(pinned),
      cell: (_, line) => formatSimilarity(neighbors[line].to_pinned),
    },
    runs > 0 && {
      name: "runs",
      label: "In runs",
      help: `How many of ${runs} reruns with other seeds list it too`,
      cell: (_, line) => `${neighbors[line].in_runs} of ${runs}`,
    },
    {
      name: "ratings",
      label: "Ratings",
      cell: (_, line) => formatCount(neighbors[line].count),
    },
    {
      name: "common",
      label: "Both rated",
      help: "Users who rated both",
      cell: (_, line) => formatCount(neighbors[line].n_common),
    },
    {
      name: "length",
      label: "Length",
      help: "Length of the title's vector: how strongly it divides people",
      cell: (_, line) => {
        const { norm } = neighbors[line];
        if (!wide) return formatNumber(norm, 2);
        return (
          <>
            <Bar to={longest > 0 ? norm / longest : 0} />
            <span class="cw-value">{formatNumber(norm, 2)}</span>
          </>
        );
      },
    },
  ];
  const evidence: TableColumn = {
    name: "evidence",
    label: "",
    cell: (_, line) => {
      const { item, count, weak } = neighbors[line];
      const weakness = weak && `weak: ${count < weakBelow.count ? "few ratings" : "short vector"}`;
      const words = knownFrom(store, item) ?? weakness;
      return (
        words && (
          <span class="cw-toned" data-tone="warn">
            {words}
          </span>
        )
      );
    },
  };
  const all = columns.filter((column) => column !== false);
  return (
    <TitleTable
      {...props}
      caption="Nearest titles"
      columns={all.filter(({ name }) => wide || !LOWER.includes(name))}
      beneath={wide ? [] : [evidence, ...all.filter(({ name }) => LOWER.includes(name))]}
      names={names}
      follows
    />
  );
}

function weakness(count: number, below: WeakBelow): string {
  return count < below.count
    ? `fewer than ${formatCount(below.count)} ratings: mostly noise`
    : `shorter than ${formatCount(Math.round(100 * below.norm))} % of the median vector: mostly noise`;
}
