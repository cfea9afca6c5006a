// The nearest spelling of a query that nothing contains: each unknown word replaced by the closest word of the titles.
import { foldQuery } from "./folding";
import type { TitleSearch } from "./search";

/**
 * Edits (insert, delete, replace, swap of neighbours) from `typed` to `word`, or to its nearest beginning when
 * `unfinished`; `limit + 1` where there are more than `limit`. Optimal string alignment distance.
 */
export function editDistance(typed: string, word: string, limit: number, unfinished = false): number {
  const tooFar = limit + 1;
  if (typed.length - word.length > limit) return tooFar;
  if (!unfinished && word.length - typed.length > limit) return tooFar;
  const width = Math.min(word.length, typed.length + limit) + 1;
  let twoAgo = new Array<number>(width).fill(0);
  let previous = Array.from({ length: width }, (_, j) => j);
  for (let i = 1; i <= typed.length; i++) {
    const row = new Array<number>(width);
    row[0] = i;
    let least = i;
    for (let j = 1; j < width; j++) {
      const same = typed[i - 1] === word[j - 1];
      let edits = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1]) {
        edits = Math.min(edits, twoAgo[j - 2] + 1);
      }
      row[j] = edits;
      least = Math.min(least, edits);
    }
    if (least > limit) return tooFar;
    twoAgo = previous;
    previous = row;
  }
  const edits = unfinished ? Math.min(...previous) : width === word.length + 1 ? previous[width - 1] : tooFar;
  return Math.min(edits, tooFar);
}

/** Words of all titles, each with the ratings of the titles it stands in. */
function vocabulary(search: TitleSearch, counts: ArrayLike<number>): Map<string, number> {
  const words = new Map<string, number>();
  for (const row of search.byCount) {
    for (const word of search.folded[row].split(" ")) words.set(word, (words.get(word) ?? 0) + counts[row]);
  }
  return words;
}

export class Speller {
  #words: Map<string, number> | null = null;

  constructor(
    private readonly search: TitleSearch,
    private readonly counts: ArrayLike<number>,
  ) {}

  /** The row whose spelling is nearest to `query` (the most rated of them), or null if nothing is near. */
  nearest(query: string): number | null {
    this.#words ??= vocabulary(this.search, this.counts);
    const typed = foldQuery(query).split(" ").filter(Boolean);
    if (typed.length === 0) return null;
    const spelled = typed.map((word, i) => this.#nearestWord(word, i === typed.length - 1));
    if (spelled.includes(null)) return null;
    return this.search.find(spelled.join(" "), { limit: 1 }).rows[0] ?? null;
  }

  #nearestWord(typed: string, last: boolean): string | null {
    const words = this.#words!;
    if (words.has(typed)) return typed;
    let best: string | null = null;
    let bestEdits = Math.min(2, Math.floor(typed.length / 3)) + 0.9;
    let bestCount = -1;
    for (const [word, count] of words) {
      const limit = Math.floor(bestEdits);
      let edits = editDistance(typed, word, limit);
      // The last word may be unfinished: "lamd" is on its way to "lambs".
      if (last && edits > limit) edits = editDistance(typed, word, limit, true) + 0.5;
      if (edits < bestEdits || (edits === bestEdits && count > bestCount)) {
        best = word;
        bestEdits = edits;
        bestCount = count;
      }
    }
    return best;
  }
}
