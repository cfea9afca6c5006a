// The store's picture as one value. Its parts come in several messages; here they change together, once a frame.

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { LearnerStore, MapFrame } from "../../store";

export interface Live {
  map: MapFrame | null;
  /** Raw, by row. */
  itemBias: Float32Array | null;
  /** The map is of random weights. */
  untrained: boolean;
  training: boolean;
  run: number;
}

export function liveMap(store: LearnerStore, abort: AbortSignal): ReadonlySignal<Live> {
  const read = (): Live => ({
    map: store.map.value,
    itemBias: store.itemBias.value,
    untrained: store.status.value === "untrained" || store.snapshotEpoch.value === 0,
    training: store.status.value === "training",
    run: store.run.value,
  });
  const live = signal<Live>(read());
  let request = 0;
  const stop = effect(() => {
    read();
    if (request) return;
    request = requestAnimationFrame(() => {
      request = 0;
      live.value = read();
    });
  });
  abort.addEventListener(
    "abort",
    () => {
      stop();
      cancelAnimationFrame(request);
    },
    { once: true },
  );
  return live;
}
