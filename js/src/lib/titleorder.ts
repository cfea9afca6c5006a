// The order of titles under the header Title: as they are printed, without case, accents and punctuation, numbers by
// their value. Worked out once for an index, in slices.
import { foldQuery } from "./folding";
import type { TitleSearch } from "./search";
import { onceFor, SlicedWork } from "./slices";

const STEP = 64;
/** Rows sorted, or merged, between two looks at the clock. */
const BLOCK = 1024;

/** A folded title in which plain comparison puts "9" before "10": how long a number is stands before it. */
export function sortText(folded: string): string {
  return folded.replace(/0*(\d+)/g, (_, digits: string) => {
    return String.fromCharCode(33 + Math.min(14, digits.length)) + digits;
  });
}

function* placesByTitle(search: TitleSearch): Generator<void, Int32Array> {
  yield* search.indexing();
  const { byCount, titles } = search;
  const texts = new Array<string>(titles.length);
  for (const [at, row] of byCount.entries()) {
    // Only a title with a comma may have been indexed with its article in front.
    const title = titles.at(row);
    texts[row] = sortText(title.includes(",") ? foldQuery(title) : search.folded(at));
    if (at % STEP === 0) yield;
  }
  const compare = (a: number, b: number) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0);
  const rows = yield* sorting(byCount, compare);
  const places = new Int32Array(titles.length);
  let place = 0;
  for (let i = 0; i < rows.length; i++) {
    // Titles that differ in case or punctuation only share a place.
    if (i === 0 || compare(rows[i - 1], rows[i]) !== 0) place++;
    places[rows[i]] = place;
  }
  return places;
}

/** A merge sort, which can be interrupted: blocks are sorted one by one, then merged in pairs. */
function* sorting(rows: Int32Array, compare: (a: number, b: number) => number): Generator<void, Int32Array> {
  const n = rows.length;
  let from = rows.slice();
  let to = new Int32Array(n);
  for (let at = 0; at < n; at += BLOCK) {
    from.subarray(at, at + BLOCK).sort(compare);
    yield;
  }
  for (let width = BLOCK; width < n; width *= 2) {
    for (let left = 0; left < n; left += 2 * width) {
      const [middle, end] = [Math.min(n, left + width), Math.min(n, left + 2 * width)];
      for (let i = left, j = middle, at = left; at < end; at++) {
        const first = j === end || (i < middle && compare(from[i], from[j]) <= 0);
        to[at] = first ? from[i++] : from[j++];
        if (at % BLOCK === 0) yield;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

/** By row: its place by title from 1, equal titles on one; 0 for rows that are never found. */
export const titlePlaces = onceFor((search: TitleSearch) => new SlicedWork(placesByTitle(search)));
