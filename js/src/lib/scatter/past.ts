// The map as it was at the end of an earlier epoch. The kernel keeps the epochs; the page asks for the one it shows.

import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { ViewContext } from "../../context";
import type { OtherMap } from "../../protocol";
import { Latest } from "../latest";
import { onAbort } from "../lifetime";
import { float32 } from "../wire";
import { type MapFrame, mapFrame } from "./frame";

export interface PastMap {
  epoch: number;
  map: MapFrame;
}

/**
 * The map of an earlier epoch, by its place among those kept; null shows the present one. While the slider moves only
 * the first and the last epoch are asked for, and the map shown stays until the next has come.
 */
export function pastMap(
  { store, model, signal: abort }: ViewContext,
  frame: ReadonlySignal<number>,
  live: ReadonlySignal<MapFrame | null>,
): ReadonlySignal<PastMap | null> {
  const shown = signal<PastMap | null>(null);
  const question = computed(() => {
    const epoch = store.frame_epochs.value[frame.value];
    const now = live.value;
    return epoch === undefined || !now ? null : { epoch, now };
  });
  const ask = async (epoch: number, now: MapFrame): Promise<PastMap | null> => {
    const { value, buffers } = await store.ask("frame", { view: model.get("_name"), epoch });
    const told = { ...(value as OtherMap), revision: now.revision }; // that of the colours and neighbours beside it
    const map = mapFrame(told, float32(buffers[0]), now.n);
    return map && { epoch, map };
  };
  const latest = new Latest<{ epoch: number; now: MapFrame }>(async ({ epoch, now }) => {
    const run = store.run.peek();
    const found = await ask(epoch, now).catch(() => null);
    const wanted = run === store.run.peek() && untracked(() => question.value);
    if (found && wanted && !abort.aborted) shown.value = found;
  });
  const stop = effect(() => {
    const wanted = question.value;
    if (!wanted) shown.value = null;
    else if (store.connection.value === "connected") latest.offer(wanted);
  });
  onAbort(abort, stop);
  return shown;
}
