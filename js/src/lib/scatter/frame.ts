// A fitted map out of traits: of the store, or of one view whose map is fitted on other titles.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { ViewContext } from "../../context";
import type { MapFacts, OtherMap } from "../../protocol";
import type { MapFrame } from "../../store";
import { onTraits } from "../bound";
import { type Binary, float32 } from "../wire";

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

/** The map that only this view shows; null where it shows the store's. */
export function ownMap({ model, store, signal: abort }: ViewContext): ReadonlySignal<MapFrame | null> {
  const read = (before: MapFrame | null) => {
    const own = (model.get("_map") ?? {}) as Partial<OtherMap>;
    if (!own.map) return null;
    return otherMap(own as OtherMap, model.get("_map_scores") as Binary, store.items.peek().n, before);
  };
  const shown = signal<MapFrame | null>(read(null));
  onTraits(model, ["_map", "_map_scores"], abort, () => {
    shown.value = read(shown.peek());
  });
  return shown;
}

/** A map that is not the store's. */
export function otherMap(
  { map, revision, fit_on }: OtherMap,
  scores: Binary,
  n: number,
  previous: MapFrame | null = null,
): MapFrame | null {
  return mapFrame({ facts: map, revision, fitOn: fit_on }, scores, n, previous);
}
