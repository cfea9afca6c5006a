// What the bias ranking and the neighbour search put into a table with bars.
import type { Side } from "../../store";
import { formatBias, formatCount, formatNumber, formatSimilarity } from "../format";
import { METRICS, type Metric, type Neighbor, type Order, scoreBar } from "../metrics";
import { FEW_RATINGS, type Ranking } from "../ranking";
import { trimmed } from "../scatter/labels";
import { type BarRow, type BarTable, MOST_ROWS } from "./bars";

export interface RankingFacts {
  side: Side;
  ranking: Ranking;
  /** Stretches of rows, and how many are left out between them. */
  shown: readonly (readonly number[] | { skipped: number })[];
  selection: readonly number[];
  inStars: boolean;
  /** "logit, centred" */
  unit: string;
  facts: string;
  note: string;
}

export function rankingTable({ side, ranking, inStars, ...given }: RankingFacts): BarTable {
  const { counts, means, names } = side;
  const reach = inStars ? ranking.effectDomain : ranking.biasDomain;
  const rowOf = (row: number): BarRow => {
    const value = (inStars ? ranking.effect : ranking.bias)[row];
    const end = 0.5 + (value / reach / 2 || 0); // NaN has no bar
    return {
      number: formatCount(ranking.rank[row]),
      title: names.at(row),
      mark: counts[row] < FEW_RATINGS ? "few" : "",
      from: Math.min(0.5, end),
      to: Math.max(0.5, end),
      selected: given.selection.includes(row),
      cells: [
        formatBias(value),
        formatCount(counts[row]),
        formatNumber(means[row], 2),
        formatCount(ranking.rankByMean[row]),
      ],
    };
  };
  let room = MOST_ROWS;
  const rows = given.shown.flatMap((part): (BarRow | string)[] => {
    if ("skipped" in part) return [more(part.skipped)];
    const drawn = part.slice(0, room);
    room -= drawn.length;
    const left = part.length - drawn.length;
    return [...drawn.map(rowOf), ...(left ? [more(left)] : [])];
  });
  return {
    ...given,
    title: "Bias ranking",
    scale: `bias, ${given.unit}`,
    marks: [formatBias(-reach), "0", formatBias(reach)],
    zero: 0.5,
    headers: ["bias", "ratings", "mean", "by mean"],
    rows,
  };
}

const more = (count: number): string => `… ${formatCount(count)} more`;

export interface NeighborFacts {
  title: string;
  neighbors: readonly Neighbor[];
  metric: Metric;
  order: Order;
  selection: readonly number[];
  facts: string;
}

export function neighborsTable({
  title,
  neighbors,
  metric,
  order,
  selection,
  facts,
}: NeighborFacts): BarTable {
  const largest = Math.max(...neighbors.map(({ score }) => Math.abs(score) || 0));
  const far = order === "farthest";
  const end = metric.includes("cosine") ? "1" : formatNumber(largest, 2);
  const common = neighbors.some(({ n_common }) => typeof n_common === "number");
  return {
    title: `${far ? "Farthest from" : "Nearest to"} ${trimmed(title, 48)}`,
    facts,
    scale: METRICS[metric].name,
    marks: far && metric !== "euclidean" ? [`−${end}`, "0", end] : ["0", "", end],
    zero: null,
    headers: ["score", "ratings", ...(common ? ["both"] : []), "length"],
    rows: neighbors.map((row, i) => ({
      ...scoreBar(row.score, metric, order, largest),
      number: `${i + 1}`,
      title: row.title,
      mark: row.weak ? "weak" : "",
      selected: selection.includes(row.item),
      cells: [
        formatSimilarity(row.score),
        formatCount(row.count),
        ...(common ? [formatCount(row.n_common)] : []),
        formatNumber(row.norm, 2),
      ],
    })),
    note: METRICS[metric].note,
  };
}
