// Earlier epochs: the map as it was, and the ways titles have come. The kernel keeps them; the page asks as it needs.

import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { LearnerStore, MapFrame } from "../../store";
import { Latest } from "../latest";
import { float32 } from "../wire";

/** The most titles whose ways are drawn: of more nobody could follow one. */
const MOST_TRAILS = 50;

export interface PastMap {
  epoch: number;
  map: MapFrame;
}

/** Where some titles were at the ends of earlier epochs: scores [epochs, rows, m]. */
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
  store: LearnerStore,
  frame: ReadonlySignal<number>,
  minCount: ReadonlySignal<number>,
  live: ReadonlySignal<MapFrame | null>,
  abort: AbortSignal,
): ReadonlySignal<PastMap | null> {
  const epoch = computed(() => store.frameEpochs.value[frame.value] ?? null);
  const question = computed(() => {
    const now = live.value;
    return epoch.value === null || !now ? null : { epoch: epoch.value, min_count: minCount.value, now };
  });
  return answered(
    store,
    () => question.value,
    async ({ epoch, min_count, now }) => {
      const { value, buffers } = await store.ask("frame", { epoch, min_count });
      const scores = float32(buffers[0]);
      const facts = value as Pick<MapFrame, "m" | "explained" | "noise" | "correlations" | "fitCount">;
      if (scores.length !== now.n * facts.m) return null;
      return { epoch, map: { ...facts, scores, n: now.n, match: null, revision: now.revision } };
    },
    abort,
  );
}

/** The ways of `rows`, while `on`. */
export function trailsOf(
  store: LearnerStore,
  on: () => boolean,
  rows: () => readonly number[],
  minCount: ReadonlySignal<number>,
  abort: AbortSignal,
): ReadonlySignal<Trails | null> {
  const question = computed(() => {
    const { trained } = store.items.value;
    const wanted = on()
      ? rows()
          .filter((row) => trained[row])
          .slice(0, MOST_TRAILS)
      : [];
    if (!wanted.length || !store.frameEpochs.value.length) return null;
    void store.revision.value; // the ways are told in the axes of the present map
    return { rows: wanted, min_count: minCount.value };
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
