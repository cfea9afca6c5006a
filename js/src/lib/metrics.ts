// The four ways to compare two titles: what they are called, how their scores are drawn, and what to mind.

import { clamp } from "./clamp";

export type Metric = "cosine" | "centered_cosine" | "euclidean" | "dot";
export type Order = "nearest" | "farthest";

/** One row of Python's answer. */
export interface Neighbor {
  item: number;
  title: string;
  score: number;
  count: number;
  n_common?: number | null;
  norm: number;
  weak: boolean;
  /** The same score against the pinned title. */
  to_pinned?: number | null;
  /** Of the reruns with other seeds, how many have it in their list. */
  in_runs?: number;
}

export interface MetricWords {
  /** In the select. */
  name: string;
  /** Over the scores. */
  header: string;
  /** Under the table: one sentence or two. */
  note: string;
  /** Behind "why?": at most three sentences. */
  why: string;
}

const AUDIENCE = "Near means a similar audience, not a similar plot.";
const NOISE = "With few ratings or a short vector a direction is mostly noise.";

export const METRICS: Record<Metric, MetricWords> = {
  cosine: {
    name: "cosine",
    header: "Cosine",
    note: `${AUDIENCE} Cosine ignores length, that is how strongly a title divides people.`,
    why:
      "The model itself uses the dot product; cosine depends on how training was regularised and can be arbitrary " +
      `(Steck, Ekanadham and Kallus 2024, arXiv 2403.05440). ${NOISE}`,
  },
  centered_cosine: {
    name: "centred cosine",
    header: "Centred cosine",
    note: `${AUDIENCE} Angles are taken from the centre of all titles; cosine ignores length.`,
    why:
      "TensorBoard’s projector subtracts the centre first by default, fastai does not: the two lists differ. " +
      NOISE,
  },
  euclidean: {
    name: "distance",
    header: "Distance",
    note: `${AUDIENCE} Smaller is nearer; distance sees length as well as direction.`,
    why: `Titles with short vectors are near to each other whatever their direction. ${NOISE}`,
  },
  dot: {
    name: "dot product",
    header: "Dot product",
    note: `${AUDIENCE} The product the model itself uses; it favours strong, popular titles.`,
    why: `A long vector scores high with many titles. ${NOISE}`,
  },
};

/** What several titles together stand for. */
const UNIT = "Near to the mean of these titles’ directions: each counts alike, however long its vector.";
export const MEAN: Record<Metric, string> = {
  cosine: UNIT,
  centered_cosine: UNIT,
  dot: `${UNIT} So the scores are products with vectors of length 1, not with the titles’ own.`,
  euclidean: "Near to the point midway between these titles.",
};

/** Whether scores are cosines, −1 to 1, plain or centred. */
export const isCosine = (metric: Metric): boolean => metric.endsWith("cosine");

/**
 * The stretch of a score's bar as shares of its width. Cosines stand on a fixed scale, 0 to 1 (−1 to 1 for the
 * farthest), so that lists can be compared; products and distances are drawn relative to the largest in the list.
 */
export function scoreBar(score: number, metric: Metric, order: Order, largest: number) {
  if (!Number.isFinite(score)) return { from: 0, to: 0 };
  const share = clamp(isCosine(metric) ? score : largest > 0 ? score / largest : 0, -1, 1);
  if (order === "nearest" || metric === "euclidean") return { from: 0, to: Math.max(0, share) };
  const end = 0.5 + share / 2;
  return { from: Math.min(0.5, end), to: Math.max(0.5, end) };
}
