// The maps that a view can show: the store's, or one fitted for the view alone, and that of an earlier epoch.

import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { ViewContext } from "../../context";
import type { OtherMap } from "../../protocol";
import type { Side } from "../../store";
import { type Cell, type CellColumns, shortest32, tableOf } from "../delimited";
import { latest } from "../latest";
import { onAbort } from "../lifetime";
import { float32, readArray } from "../wire";
import { type MapFrame, mapFrame } from "./frame";

/** The map fitted for this view alone; null while it shows the store's. */
export function ownMap({ model, store, derived }: ViewContext): ReadonlySignal<MapFrame | null> {
  return derived<MapFrame | null>(["_map", "_map_scores"], (before) => {
    const own = (model.get("_map") ?? {}) as Partial<OtherMap>;
    if (!own.map) return null;
    return mapFrame(own as OtherMap, readArray(model, "_map_scores"), store.items.peek().n, before);
  });
}

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
  const look = latest<{ epoch: number; now: MapFrame }>(async ({ epoch, now }) => {
    const run = store.run.peek();
    const found = await ask(epoch, now).catch(() => null);
    const wanted = run === store.run.peek() && untracked(() => question.value);
    if (found && wanted && !abort.aborted) shown.value = found;
  });
  const stop = effect(() => {
    const wanted = question.value;
    if (!wanted) shown.value = null;
    else if (store.connection.value === "connected") look(wanted);
  });
  onAbort(abort, stop);
  return shown;
}

/** What a map of users is drawn from: a store that has them and their biases in place of the titles, and no map. */
export function mapContext(context: ViewContext): ViewContext {
  if (context.trait<string>("kind").peek() !== "users") return context;
  const { store } = context;
  return {
    ...context,
    store: {
      ...store,
      items: store.users,
      itemBias: store.userBias,
      map: signal(null),
      // The users' factors of earlier epochs are not kept.
      frame_epochs: signal([]),
      // Other views ask for titles.
      lookAt: signal(null),
      data: computed(() => {
        const { user_name: item_name, has_user_factors: has_factors } = store.data.value;
        return { ...store.data.value, item_name, has_factors };
      }),
    },
  };
}

/** The map as a table: names, coordinates on all components that travel, counts, means, and the rest. */
export function mapTable(
  side: Side,
  frame: MapFrame,
  rows: Iterable<number>,
  nameColumn: string,
  extras: CellColumns<number> = [],
): Cell[][] {
  const { m, scores } = frame;
  const axes = Array.from(
    { length: m },
    (_, j) => [`PC${j + 1}`, (row: number) => shortest32(scores[row * m + j])] as const,
  );
  const columns: CellColumns<number> = [
    [nameColumn, (row) => side.names.at(row)],
    ...axes,
    ["count", (row) => side.counts[row]],
    ["mean", (row) => shortest32(side.means[row])],
    ...extras,
  ];
  return tableOf(columns, rows);
}
