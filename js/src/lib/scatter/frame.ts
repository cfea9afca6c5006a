// A fitted map as the views read it: what Python says of it, and its scores.

import type { MapFacts, OtherMap } from "../../protocol";
import { type Binary, float32 } from "../wire";

/** Component scores, row-major [n, m]; NaN rows are not shown. `match` and `correlations` speak of the same m axes. */
export interface MapFrame {
  scores: Float32Array;
  m: number;
  n: number;
  explained: number[];
  noise: number;
  match: number[] | null;
  correlations: Record<string, Record<string, number>>;
  fitCount: number;
  revision: number;
  /** What it was fitted on: "min_count" (the default), "all" or "top_n". */
  fitOn?: string;
}

/** Null where there is no map; the previous one where facts and scores do not fit each other yet. */
export function mapFrame(
  told: { facts: MapFacts; revision: number; fitOn?: string },
  bytes: Binary,
  n: number,
  previous: MapFrame | null,
): MapFrame | null {
  const { facts, revision, fitOn = "min_count" } = told;
  const scores = float32(bytes);
  if (!facts.m || !scores.length) return null;
  if (scores.length !== n * facts.m) return previous;
  return {
    scores,
    m: facts.m,
    n,
    explained: facts.explained_variance,
    noise: facts.noise_level,
    match: facts.axis_match,
    correlations: facts.axis_correlations,
    fitCount: facts.fit_count,
    revision,
    fitOn,
  };
}

/** A map that is not the store's: of one view, or of an earlier epoch. */
export function otherMap(
  { map, revision, fit_on }: OtherMap,
  scores: Binary,
  n: number,
  previous: MapFrame | null = null,
): MapFrame | null {
  return mapFrame({ facts: map, revision, fitOn: fit_on }, scores, n, previous);
}
