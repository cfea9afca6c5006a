// The nearest spelling of a query that nothing contains: each unknown word replaced by the closest word of the titles.
// Words are collected, and gone through, in slices: a miss must not cost a key its answer.
import { foldQuery } from "./folding";
import { letterBits } from "./matching";
import type { TitleSearch } from "./search";
import { onceFor, SlicedWork } from "./slices";

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

/** Titles or words gone through between two looks at the clock. */
const STEP = 64;
const isNumber = (word: string) => /^\d+$/.test(word);

interface Words {
  texts: string[];
  bits: number[];
  /** Ratings of the titles each stands in. */
  counts: number[];
}

/** Words of all titles; numbers have no spelling. */
function* readWords(search: TitleSearch): Generator<void, Words> {
  yield* search.indexing();
  const counts = new Map<string, number>();
  for (const [place, row] of search.byCount.entries()) {
    for (const word of search.folded(place).split(" ")) {
      if (!isNumber(word)) counts.set(word, (counts.get(word) ?? 0) + search.side.counts[row]);
    }
    if (place % STEP === 0) yield;
  }
  const texts = [...counts.keys()];
  return { texts, bits: texts.map(letterBits), counts: [...counts.values()] };
}

const wordsOf = onceFor((search: TitleSearch) => new SlicedWork(readWords(search)));

/** How many kinds of letters are in `a` and not in `b`: each costs an edit. */
function missing(a: number, b: number): number {
  let bits = a & ~b;
  let n = 0;
  for (; bits !== 0; n++) bits &= bits - 1;
  return n;
}

function* nearestWord(typed: string, last: boolean, words: Words): Generator<void, string | null> {
  const typedBits = letterBits(typed);
  let best: string | null = null;
  let bestEdits = Math.min(2, Math.floor(typed.length / 3)) + 0.9;
  let bestCount = -1;
  for (let i = 0; i < words.texts.length; i++) {
    if (i % STEP === 0) yield;
    const limit = Math.floor(bestEdits);
    if (missing(typedBits, words.bits[i]) > limit) continue;
    const word = words.texts[i];
    if (word === typed) return word;
    let edits = editDistance(typed, word, limit);
    // The last word may be unfinished: "lamd" is on its way to "lambs".
    if (last) edits = Math.min(edits, editDistance(typed, word, limit, true) + 0.5);
    if (edits < bestEdits || (edits === bestEdits && words.counts[i] > bestCount)) {
      best = word;
      bestEdits = edits;
      bestCount = words.counts[i];
    }
  }
  return best;
}

function* nearestRow(search: TitleSearch, query: string): Generator<void, number> {
  const unknown = yield* search.unknown(query);
  if (unknown >= 0) return unknown;
  const words = yield* wordsOf(search).within();
  const typed = foldQuery(query).split(" ").filter(Boolean);
  const spelled: string[] = [];
  for (const [i, word] of typed.entries()) {
    const near = isNumber(word) ? word : yield* nearestWord(word, i === typed.length - 1, words);
    if (near === null) return -1;
    spelled.push(near);
  }
  return spelled.length ? (search.find(spelled.join(" "), { limit: 1 }).rows[0] ?? -1) : -1;
}

/**
 * The work of finding the row whose spelling is nearest to `query` (the most rated of them); -1 where nothing is near.
 * A title that contains it but of which nothing is known, which no search finds, is nearest of all.
 */
export const nearestSpelling = (search: TitleSearch, query: string): SlicedWork<number> =>
  new SlicedWork(nearestRow(search, query));
