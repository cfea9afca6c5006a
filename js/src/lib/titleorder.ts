// The order of titles under the header Title: as they are printed, without case, accents and punctuation, numbers by
// their value. Worked out once for an index, in slices.
import { foldQuery } from "./folding";
import { sortingByKey } from "./radix";
import type { TitleSearch } from "./search";
import { SlicedWork } from "./slices";

const KEYS = 3;
/** Letters of one key: six bits each. */
const LETTERS = 5;
const STEP = 64;

/** A folded title in which plain comparison puts "9" before "10": how long a number is stands before it. */
export function sortText(folded: string): string {
  return folded.replace(/0*(\d+)/g, (_, digits: string) => {
    return String.fromCharCode(33 + Math.min(14, digits.length)) + digits;
  });
}

/** Six bits that order as the character codes do; 63 stands for all beyond a to z. */
function letterClass(code: number): number {
  if (code === 32) return 1;
  if (code < 48) return code - 32; // a number's length, 2 to 15
  if (code < 58) return code - 32; // 16 to 25
  return code >= 97 && code <= 122 ? code - 71 : 63; // 26 to 51
}

/** The first letters of a text as numbers. What follows a letter that has no class of its own is left to comparison. */
function putKeys(text: string, keys: readonly Uint32Array[], row: number): void {
  let foreign = false;
  for (let k = 0; k < KEYS; k++) {
    let key = 0;
    for (let i = k * LETTERS; i < (k + 1) * LETTERS; i++) {
      const letter: number = foreign || i >= text.length ? 0 : letterClass(text.charCodeAt(i));
      foreign ||= letter === 63;
      key = key * 64 + letter;
    }
    keys[k][row] = key;
  }
}

function* placesByTitle(search: TitleSearch): Generator<void, Int32Array> {
  yield* search.indexing();
  const { byCount, titles } = search;
  const n = titles.length;
  const texts = new Array<string>(n);
  const keys = Array.from({ length: KEYS }, () => new Uint32Array(n));
  for (let at = 0; at < byCount.length; at++) {
    const row = byCount[at];
    // Only a title with a comma may have been indexed with its article in front.
    const title = titles.at(row);
    texts[row] = sortText(title.includes(",") ? foldQuery(title) : search.folded(at));
    putKeys(texts[row], keys, row);
    if (at % STEP === 0) yield;
  }
  let rows: Int32Array = Int32Array.from(byCount);
  for (let k = KEYS - 1; k >= 0; k--) {
    rows = yield* sortingByKey(rows, keys[k]);
  }
  const alike = (a: number, b: number) => keys.every((key) => key[a] === key[b]);
  const compare = (a: number, b: number) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0);
  const places = new Int32Array(n);
  let place = 0;
  for (let from = 0; from < rows.length; ) {
    let to = from + 1;
    while (to < rows.length && alike(rows[from], rows[to])) to++;
    const group = rows.subarray(from, to);
    if (to - from > 1) group.sort(compare);
    for (let i = 0; i < group.length; i++) {
      // Titles that differ in case or punctuation only share a place.
      if (i === 0 || compare(group[i - 1], group[i]) !== 0) place++;
      places[group[i]] = place;
    }
    from = to;
    yield;
  }
  return places;
}

const known = new WeakMap<TitleSearch, SlicedWork<Int32Array>>();

/** By row: its place by title from 1, equal titles on one; 0 for rows that are never found. */
export function titlePlaces(search: TitleSearch): SlicedWork<Int32Array> {
  let work = known.get(search);
  if (!work) {
    work = new SlicedWork(placesByTitle(search));
    known.set(search, work);
  }
  return work;
}
