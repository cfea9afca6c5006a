// Earlier epochs: the map as it was, and the ways titles have come. The kernel keeps them; the page asks as it needs.

import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { ViewContext } from "../../context";
import type { LearnerStore, MapFrame } from "../../store";
import { Latest } from "../latest";
import { float32 } from "../wire";
import { mapFrame } from "./frame";

/** The most titles whose ways are drawn: of more nobody could follow one. */
const MOST_TRAILS = 50;

export interface PastMap {
  epoch: number;
  map: MapFrame;
}

/** Where some titles were at the ends of earlier epochs: [epochs, rows, m], aligned axes as the last two of m. */
export interface Trails {
  epochs: readonly number[];
  rows: readonly number[];
  m: number;
  scores: Float32Array;
}

/**
 * What the kernel answers to a question that changes; of several only the first and the last are asked. The last
 * answer stands until the next; without a question, or of another run, there is none.
 */
function answered<Q, A>(
  store: LearnerStore,
  question: () => Q | null,
  ask: (question: Q) => Promise<A | null>,
  abort: AbortSignal,
): ReadonlySignal<A | null> {
  const answer = signal<A | null>(null);
  const latest = new Latest<Q>(async (asked) => {
    const run = store.run.peek();
    const found = await ask(asked).catch(() => null);
    if (found && !abort.aborted && run === store.run.peek() && untracked(question)) answer.value = found;
  });
  const stop = effect(() => {
    const wanted = question();
    if (!wanted) answer.value = null;
    else if (store.connection.value === "connected") latest.offer(wanted);
  });
  abort.addEventListener("abort", stop, { once: true });
  return answer;
}

/** The map of an earlier epoch, by its place among those kept; null shows the present one. */
export function pastMap(
  { store, model, signal: abort }: ViewContext,
  frame: ReadonlySignal<number>,
  live: ReadonlySignal<MapFrame | null>,
): ReadonlySignal<PastMap | null> {
  const epoch = computed(() => store.frameEpochs.value[frame.value] ?? null);
  const question = computed(() => {
    const now = live.value;
    return epoch.value === null || !now ? null : { epoch: epoch.value, now };
  });
  return answered(
    store,
    () => question.value,
    async ({ epoch, now }) => {
      const { value, buffers } = await store.ask("frame", { view: model.get("_name"), epoch });
      const facts: Record<string, unknown> = {
        ...(value as Record<string, unknown>),
        _scores: buffers[0],
        _aligned: buffers[1],
        revision: now.revision, // that of the colours and neighbours beside it
      };
      const map = mapFrame((name) => facts[name], now.n, null);
      return map && { epoch, map };
    },
    abort,
  );
}

/** The ways of `rows`, while `on`. */
export function trailsOf(
  { store, model, signal: abort }: ViewContext,
  on: () => boolean,
  rows: () => readonly number[],
  live: ReadonlySignal<MapFrame | null>,
): ReadonlySignal<Trails | null> {
  const question = computed(() => {
    const { trained } = store.items.value;
    const wanted = on()
      ? rows()
          .filter((row) => trained[row])
          .slice(0, MOST_TRAILS)
      : [];
    if (!wanted.length || !store.frameEpochs.value.length) return null;
    void live.value; // the ways are told in the axes of the present map
    return { view: model.get("_name"), rows: wanted };
  });
  return answered(
    store,
    () => question.value,
    async (asked) => {
      const { value, buffers } = await store.ask("trails", asked);
      const { epochs, m } = value as { epochs: number[]; m: number };
      const scores = float32(buffers[0]);
      return scores.length === epochs.length * asked.rows.length * m
        ? { epochs, rows: asked.rows, m, scores }
        : null;
    },
    abort,
  );
}

export interface Trail {
  row: number;
  /** Oldest first. */
  x: number[];
  y: number[];
}

/** Of the last `length` epochs before the one that is shown; `before`: its epoch, or null for the newest. */
export function trailsOn(
  { epochs, rows, m, scores }: Trails,
  x: number,
  y: number,
  length: number,
  before: number | null,
): Trail[] {
  const end = before === null ? epochs.length : epochs.filter((epoch) => epoch < before).length;
  const steps = Array.from({ length: Math.min(length, end) }, (_, i) => end - Math.min(length, end) + i);
  return rows.map((row, j) => {
    const at = (step: number, component: number) => scores[(step * rows.length + j) * m + component - 1];
    return { row, x: steps.map((step) => at(step, x)), y: steps.map((step) => at(step, y)) };
  });
}
