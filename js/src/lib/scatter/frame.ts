// A fitted map out of traits: of the store, or of one view whose map is fitted on other titles.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { ViewContext } from "../../context";
import type { MapFrame } from "../../store";
import { onTraits } from "../bound";
import { type Binary, float32 } from "../wire";

/** The traits, or the keys of a view's `_map`, that a map is made of. */
export const MAP_TRAITS = [
  "_scores",
  "_scores_m",
  "explained_variance",
  "noise_level",
  "axis_match",
  "axis_correlations",
  "fit_count",
  "revision",
] as const;

/** Null where there is no map; the previous one where the parts do not fit each other yet. */
export function mapFrame(
  get: (name: string) => unknown,
  n: number,
  previous: MapFrame | null,
): MapFrame | null {
  const read = <T>(name: string, fallback: T): T => (get(name) as T | null | undefined) ?? fallback;
  const m = read("_scores_m", 0);
  const scores = float32(get("_scores") as Binary);
  if (!m || !scores.length) return null;
  // Scores and their width can come in two messages: keep the last whole frame until both are there.
  if (scores.length !== n * m) return previous;
  return {
    scores,
    m,
    n,
    explained: read<number[]>("explained_variance", []),
    noise: read("noise_level", 0),
    match: read<number[] | null>("axis_match", null),
    correlations: read<Record<string, Record<string, number>>>("axis_correlations", {}),
    fitCount: read("fit_count", 0),
    revision: read("revision", 0),
    fitOn: read("fit_on", "min_count"),
  };
}

/** The map that only this view shows; null where it shows the store's. */
export function ownMap({ model, store, signal: abort }: ViewContext): ReadonlySignal<MapFrame | null> {
  const read = (before: MapFrame | null) => {
    const own = (model.get("_map") ?? {}) as Record<string, unknown>;
    return mapFrame((name) => own[name], store.items.peek().n, before);
  };
  const shown = signal<MapFrame | null>(read(null));
  onTraits(model, ["_map"], abort, () => {
    shown.value = read(shown.peek());
  });
  return shown;
}
