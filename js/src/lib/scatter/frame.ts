// A fitted map as the views read it: what Python says of it, and its scores.

import type { MapFacts, Picture } from "../../protocol";

/** Component scores, row-major [n, m]; NaN rows are not shown. All facts speak of the same m axes. */
export interface MapFrame extends MapFacts {
  scores: Float32Array;
  n: number;
  revision: number;
  /** What it was fitted on: "min_count" (the default), "all" or "top_n". */
  fit_on: string;
}

/** Null where there is no map; the previous one where facts and scores do not fit each other yet. */
export function mapFrame(
  { map, revision, fit_on }: Pick<Picture, "map" | "revision"> & { fit_on: string },
  scores: Float32Array,
  n: number,
  previous: MapFrame | null = null,
): MapFrame | null {
  if (!map || !scores.length) return null;
  if (scores.length !== n * map.m) return previous;
  return { ...map, scores, n, revision, fit_on };
}
