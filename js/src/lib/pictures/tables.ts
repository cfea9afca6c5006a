// What the bias ranking and the neighbour search put into a table with bars.
import type { Side } from "../../store";
import { formatBias, formatCount, formatNumber, formatSimilarity } from "../format";
import { METRICS, type Metric, type Order, scoreBar } from "../metrics";
import { FEW_RATINGS, type Ranking } from "../ranking";
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

export function rankingTable(given: RankingFacts): BarTable {
  const { side, ranking, inStars } = given;
  const selected = new Set(given.selection);
  const reach = inStars ? ranking.effectDomain : ranking.biasDomain;
  const rowOf = (row: number): BarRow => {
    const value = inStars ? ranking.effect[row] : ranking.bias[row];
    const half = Number.isFinite(value) ? Math.min(0.5, Math.abs(value) / reach / 2) : 0;
    return {
      number: formatCount(ranking.rank[row]),
      title: side.names.at(row),
      mark: side.counts[row] < FEW_RATINGS ? "few" : "",
      from: value < 0 ? 0.5 - half : 0.5,
      to: value < 0 ? 0.5 : 0.5 + half,
      below: value < 0,
      selected: selected.has(row),
      cells: [
        formatBias(value),
        formatCount(side.counts[row]),
        formatNumber(side.means[row], 2),
        formatCount(ranking.rankByMean[row]),
      ],
    };
  };
  const rows: (BarRow | string)[] = [];
  for (const part of given.shown) {
    if ("skipped" in part) rows.push(`… ${formatCount(part.skipped)} more`);
    else {
      const room = Math.max(0, MOST_ROWS - 1 - rows.length);
      for (const row of part.slice(0, room)) rows.push(rowOf(row));
      if (part.length > room) rows.push(`… ${formatCount(part.length - room)} more`);
    }
  }
  return {
    title: "Bias ranking",
    facts: given.facts,
    scale: `bias, ${given.unit}`,
    marks: [
      [0, formatBias(-reach)],
      [0.5, "0"],
      [1, formatBias(reach)],
    ],
    zero: 0.5,
    headers: ["bias", "ratings", "mean", "by mean"],
    rows,
    note: given.note,
  };
}

export interface NeighborFacts {
  title: string;
  neighbors: readonly {
    item: number;
    title: string;
    score: number;
    count: number;
    n_common?: number | null;
    norm: number;
    weak: boolean;
  }[];
  metric: Metric;
  order: Order;
  selection: readonly number[];
  facts: string;
}

export function neighborsTable(given: NeighborFacts): BarTable {
  const { neighbors, metric, order } = given;
  const selected = new Set(given.selection);
  const cosine = metric === "cosine" || metric === "centered_cosine";
  const largest = neighbors.reduce((high, { score }) => Math.max(high, Math.abs(score) || 0), 0);
  const signed = order === "farthest" && metric !== "euclidean";
  const end = cosine ? "1" : formatNumber(largest, 2);
  const common = neighbors.some(({ n_common }) => typeof n_common === "number");
  return {
    title: `${order === "farthest" ? "Farthest from" : "Nearest to"} ${given.title}`,
    facts: given.facts,
    scale: METRICS[metric].name,
    marks: signed
      ? [
          [0, `−${end}`],
          [0.5, "0"],
          [1, end],
        ]
      : [
          [0, "0"],
          [1, end],
        ],
    zero: null,
    headers: ["score", "ratings", ...(common ? ["both"] : []), "length"],
    rows: neighbors.map((row, i): BarRow => {
      const { score, count, n_common, norm } = row;
      return {
        number: String(i + 1),
        title: row.title,
        mark: row.weak ? "weak" : "",
        ...scoreBar(score, metric, order, largest),
        below: false,
        selected: selected.has(row.item),
        cells: [
          formatSimilarity(score),
          formatCount(count),
          ...(common ? [formatCount(n_common)] : []),
          formatNumber(norm, 2),
        ],
      };
    }),
    note: METRICS[metric].note,
  };
}
