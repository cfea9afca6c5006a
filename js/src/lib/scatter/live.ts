// The store's picture as one value: what comes in one message changes together, before the next frame.

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { ViewContext } from "../../context";
import type { MapFrame } from "../../store";
import { ownMap } from "./frame";

export interface Live {
  map: MapFrame | null;
  /** Raw, by row. */
  itemBias: Float32Array | null;
  /** The map is of random weights. */
  untrained: boolean;
  training: boolean;
  run: number;
}

export function liveMap(context: ViewContext): ReadonlySignal<Live> {
  const { store, signal: abort } = context;
  const own = ownMap(context);
  const read = (): Live => ({
    map: own.value ?? store.map.value,
    itemBias: store.itemBias.value,
    untrained: store.status.value === "untrained" || store.snapshotEpoch.value === 0,
    training: store.status.value === "training",
    run: store.run.value,
  });
  const live = signal<Live>(read());
  let queued = false;
  const stop = effect(() => {
    read();
    if (queued) return;
    queued = true;
    // The store applies the parts of a message one microtask each: this one comes after them.
    queueMicrotask(() => {
      queued = false;
      if (!abort.aborted) live.value = read();
    });
  });
  abort.addEventListener("abort", stop, { once: true });
  return live;
}
