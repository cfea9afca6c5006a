// The true neighbours of titles, in all dimensions: vectors stay in the kernel, the page asks and remembers answers.

import { signal } from "@preact/signals";
import type { Neighbors } from "../../protocol";
import type { LearnerStore } from "../../store";
import { plural } from "../format";
import { latest } from "../latest";
import { onAbort } from "../lifetime";
import type { One } from "../wording";
import { type Cloud, extent } from "./viewbox";

interface Known extends Neighbors {
  run: number;
}

/** How long a pointer rests before its point is asked about: a way across the map asks nothing. */
const REST_MS = 150;
const MOST_KNOWN = 5000;

/** `minCount`, `k`: read at each question; `kind`: "items" or "users". */
export function neighborAnswers(
  store: LearnerStore,
  kind: string,
  untrained: () => boolean,
  minCount: () => number,
  k: () => number,
  abort: AbortSignal,
) {
  const known = new Map<string, Known>();
  const changed = signal(0);
  const keyOf = (row: number) => `${row},${minCount()},${k()}`;
  const isFresh = (row: number) => {
    const found = known.get(keyOf(row));
    return found?.run === store.run.peek() && found.revision >= store.revision.peek();
  };
  const mayAsk = (row: number) =>
    store.connection.peek() === "connected" && !untrained() && store.items.peek().trained[row] === 1;

  const find = async (row: number) => {
    if (!mayAsk(row) || isFresh(row)) return;
    const key = keyOf(row);
    const run = store.run.peek();
    const question = { row, k: k(), min_count: minCount(), kind };
    const answered = await store.ask("neighbors", question).catch(() => null); // nothing is shown: nobody asked for it
    const value = answered?.value as Neighbors | undefined;
    // An answer of other weights than are shown now, or older than one that is here, says nothing.
    if (!value || run !== store.run.peek() || value.revision < (known.get(key)?.revision ?? 0)) return;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, { ...value, run });
    changed.value++;
  };
  return {
    /** Whether the kernel can be asked about a row now. */
    mayAsk,
    /** Ask about a row without a rest, unless its answer is here; done when there is an answer, or none will come. */
    find,
    /** What is known of a row's neighbours; null until there is an answer. A signal is read: it changes with answers. */
    of(row: number): Neighbors | null {
      void changed.value;
      const found = known.get(keyOf(row));
      const live = store.status.value === "training";
      // While training goes on the last answer stands until the next.
      const valid =
        found && found.run === store.run.value && (live || found.revision >= store.revision.value);
      return valid && !untrained() ? found : null;
    },
    /** Somebody who asks: of several rows one after the other only the last that rests is asked about. */
    asker() {
      const findLatest = latest(find);
      let rest: ReturnType<typeof setTimeout> | undefined;
      onAbort(abort, () => clearTimeout(rest));
      return (row: number | null) => {
        clearTimeout(rest);
        if (row === null || abort.aborted || !mayAsk(row) || isFresh(row)) return;
        rest = setTimeout(() => findLatest(row), REST_MS);
      };
    },
  };
}

/**
 * The place of each of `rows` among the points of the map by distance from `anchor`, the nearest being 1; without
 * `equal` units each axis is measured by its extent.
 */
export function mapRanks(cloud: Cloud, anchor: number, rows: readonly number[], equal: boolean) {
  const { rows: shown, x, y } = cloud;
  const box = (equal ? null : extent(cloud)) ?? [0, 0, 1, 1];
  const sx = box[2] - box[0] || 1;
  const sy = box[3] - box[1] || 1;
  const distance = (row: number) => ((x[row] - x[anchor]) / sx) ** 2 + ((y[row] - y[anchor]) / sy) ** 2;
  const of = rows.map(distance);
  const ranks = rows.map(() => 1);
  for (const row of shown) {
    if (row === anchor) continue;
    const d = distance(row);
    for (let i = 0; i < of.length; i++) if (d < of[i]) ranks[i]++;
  }
  return ranks;
}

/** How many of `ranks` are far: not among the nearest tenth of `others` titles, nor the nearest `k`. */
export function farOf(ranks: readonly number[], others: number, k: number): number {
  const limit = Math.max(k, Math.ceil(0.1 * others));
  return ranks.filter((rank) => rank > limit).length;
}

/** "2 of 10 true neighbours are far on the map; 3 nearer titles are hidden by min ratings." */
export function farWords(far: number, n: number, hidden: number, one: One): string {
  const are = hidden === 1 ? "is" : "are";
  const tail = hidden ? `; ${plural(hidden, `nearer ${one}`)} ${are} hidden by min ratings.` : ".";
  return `${far} of ${plural(n, "true neighbour")} ${far === 1 ? "is" : "are"} far on the map${tail}`;
}
