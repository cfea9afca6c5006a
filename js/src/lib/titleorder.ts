// The order of titles under the header Title: as they are printed, without case, accents and punctuation, numbers by
// their value. Worked out once for an index, in slices.
import { foldQuery } from "./folding";
import type { TitleSearch } from "./search";
import { onceFor, SlicedWork } from "./slices";

const STEP = 64;
/** Letters by which titles are told apart before they are sorted. */
const BEGINNING = 7;

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
  // Titles that begin alike are sorted together, so that no part of the work is long.
  const beginnings = new Map<string, number[]>();
  for (const [at, row] of byCount.entries()) {
    const beginning = texts[row].slice(0, BEGINNING);
    const alike = beginnings.get(beginning);
    if (alike) alike.push(row);
    else beginnings.set(beginning, [row]);
    if (at % STEP === 0) yield;
  }
  const places = new Int32Array(titles.length);
  let place = 0;
  for (const beginning of [...beginnings.keys()].sort()) {
    let last: string | null = null;
    for (const row of beginnings.get(beginning)!.sort((a, b) => (texts[a] < texts[b] ? -1 : 1))) {
      // Titles that differ in case or punctuation only share a place.
      if (texts[row] !== last) place++;
      last = texts[row];
      places[row] = place;
    }
    yield;
  }
  return places;
}

/** By row: its place by title from 1, equal titles on one; 0 for rows that are never found. */
export const titlePlaces = onceFor((search: TitleSearch) => new SlicedWork(placesByTitle(search)));
