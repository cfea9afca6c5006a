// Title search: beginning of a word > anywhere > letters in order; ties by number of ratings. No DOM.
import { foldQuery, foldTitle, foldTitleWithSources } from "./folding";

/** How a title matches, best first. */
export const WORD_PREFIX = 0;
export const SUBSTRING = 1;
export const SUBSEQUENCE = 2;
export const NO_MATCH = 3;
export type Match = 0 | 1 | 2 | 3;

/** Fewer letters than this match too much in order to help anyone. */
const SHORTEST_SUBSEQUENCE = 3;

export interface TextColumn {
  readonly length: number;
  at(row: number): string;
}

export interface Found {
  /** Best rows first, at most `limit`. */
  rows: number[];
  /** Rows that match and have at least `minCount` ratings. */
  total: number;
  /** Rows that match but have fewer ratings. */
  hidden: number;
}

export interface SearchOptions {
  minCount?: number;
  limit?: number;
}

/** One bit for each letter and digit (others share one): a title without a query's bits cannot match. */
function letterBits(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) bits |= 1 << (code - 97);
    else if (code >= 48 && code <= 57) bits |= 1 << (26 + ((code - 48) >> 1));
    else if (code !== 32) bits |= 1 << 31;
  }
  return bits;
}

/**
 * Positions of `letters` in `text` in order, or null. A letter follows its predecessor in the same word or begins
 * a later word ("sotl" finds "silence of the lambs", "strwrs" finds "star wars"); letters strewn anywhere do not count.
 */
export function findSubsequence(text: string, letters: string): number[] | null {
  if (letters.length === 0) return null;
  // reachable[q] marks where letter q may stand; one pass over the text a letter.
  const reachable: Uint8Array[] = [];
  for (let q = 0; q < letters.length; q++) {
    const before = reachable[q - 1];
    const here = new Uint8Array(text.length);
    let anyBefore = q === 0;
    let inThisWord = false;
    let found = false;
    for (let at = 0; at < text.length; at++) {
      const startsWord = at === 0 || text.charCodeAt(at - 1) === 32;
      if (startsWord) inThisWord = false;
      if (text[at] === letters[q] && ((startsWord && anyBefore) || inThisWord)) {
        here[at] = 1;
        found = true;
      }
      if (before?.[at]) {
        anyBefore = true;
        inThisWord = true;
      }
    }
    if (!found) return null;
    reachable.push(here);
  }
  const positions: number[] = new Array(letters.length);
  let next = reachable[letters.length - 1].indexOf(1);
  positions[letters.length - 1] = next;
  for (let q = letters.length - 2; q >= 0; q--) {
    const nextStartsWord = next === 0 || text.charCodeAt(next - 1) === 32;
    let at = next - 1;
    while (!(reachable[q][at] && (nextStartsWord || !text.slice(at, next).includes(" ")))) at--;
    positions[q] = at;
    next = at;
  }
  return positions;
}

/** More letters than this are not searched in order (prefix lengths are bits of one integer). */
const LONGEST_SUBSEQUENCE = 30;

/** Tests many titles against one folded query (not empty). */
export class Matcher {
  readonly #inWord: string;
  readonly #length: number;
  /** By character code: bit k is set where letter k of the query is that character. */
  readonly #places = new Int32Array(65536);

  constructor(readonly query: string) {
    this.#inWord = ` ${query}`;
    const letters = query.replaceAll(" ", "");
    const tried = letters.length >= SHORTEST_SUBSEQUENCE && letters.length <= LONGEST_SUBSEQUENCE;
    this.#length = tried ? letters.length : 0;
    for (let k = 0; k < this.#length; k++) this.#places[letters.charCodeAt(k)] |= 1 << k;
  }

  match(text: string): Match {
    const at = text.indexOf(this.query);
    if (at === 0) return WORD_PREFIX;
    if (at > 0)
      return text.charCodeAt(at - 1) === 32 || text.includes(this.#inWord) ? WORD_PREFIX : SUBSTRING;
    return this.#length > 0 && this.#hasSubsequence(text) ? SUBSEQUENCE : NO_MATCH;
  }

  /** `findSubsequence(…) !== null` without the positions: one pass, bit k of a set meaning "k letters matched". */
  #hasSubsequence(text: string): boolean {
    const places = this.#places;
    const all = 1 << this.#length;
    let before = 1;
    let inWord = 0;
    let startsWord = true;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 32) {
        before |= inWord;
        startsWord = true;
      } else {
        inWord = startsWord ? (before & places[code]) << 1 : inWord | ((inWord & places[code]) << 1);
        if (inWord & all) return true;
        startsWord = false;
      }
    }
    return false;
  }
}

/** Searches one side's names; folding happens once, here. Rows with `shown[row] === 0` are never found. */
export class TitleSearch {
  readonly folded: string[];
  readonly #bits: Int32Array;
  readonly #counts: ArrayLike<number>;
  /** Rows that may be found, most ratings first, so that matches come out in order without sorting. */
  readonly #byCount: Int32Array;

  constructor(
    readonly titles: TextColumn,
    counts: ArrayLike<number>,
    shown: ArrayLike<number>,
  ) {
    const n = titles.length;
    this.folded = new Array<string>(n).fill("");
    this.#bits = new Int32Array(n);
    this.#counts = counts;
    const rows: number[] = [];
    for (let row = 0; row < n; row++) {
      if (!shown[row]) continue;
      const text = foldTitle(titles.at(row));
      this.folded[row] = text;
      this.#bits[row] = letterBits(text);
      rows.push(row);
    }
    rows.sort((a, b) => counts[b] - counts[a] || a - b);
    this.#byCount = Int32Array.from(rows);
  }

  /** Rows by count of ratings, most first. */
  get byCount(): Int32Array {
    return this.#byCount;
  }

  /** The best matches; an empty query finds every title, most rated first. */
  find(query: string, { minCount = 0, limit = 50 }: SearchOptions = {}): Found {
    const wanted = foldQuery(query);
    const wantedBits = letterBits(wanted);
    const best: number[][] = [[], [], []];
    let total = 0;
    let hidden = 0;
    if (wanted === "" && query.trim() !== "") return { rows: [], total, hidden };
    const matcher = new Matcher(wanted);
    for (const row of this.#byCount) {
      if ((this.#bits[row] & wantedBits) !== wantedBits) continue;
      const match = wanted === "" ? WORD_PREFIX : matcher.match(this.folded[row]);
      if (match === NO_MATCH) continue;
      if (this.#counts[row] < minCount) {
        hidden++;
        continue;
      }
      total++;
      const bucket = best[match];
      if (bucket.length < limit) bucket.push(row);
    }
    return { rows: best.flat().slice(0, limit), total, hidden };
  }

  /** Whether each row contains the query (beginning of a word or anywhere); all rows where it is empty. */
  contains(query: string): (row: number) => boolean {
    const wanted = foldQuery(query);
    if (wanted === "") return query.trim() === "" ? () => true : () => false;
    return (row) => this.folded[row].includes(wanted);
  }
}

/** Stretches [from, to) of `title` to print bold for `query`; gaps of punctuation within a match are bridged. */
export function boldRanges(title: string, query: string): [number, number][] {
  const wanted = foldQuery(query);
  if (wanted === "") return [];
  const { text, sources } = foldTitleWithSources(title);
  const inWordStart = text.startsWith(wanted) ? 0 : text.indexOf(` ${wanted}`) + 1;
  const at = text.startsWith(wanted) || inWordStart > 0 ? inWordStart : text.indexOf(wanted);
  const matched: number[] =
    at >= 0
      ? Array.from(wanted, (_, i) => at + i)
      : (findSubsequence(text, wanted.replaceAll(" ", "")) ?? []);
  const ranges: [number, number][] = [];
  let last = -2;
  for (const position of matched) {
    if (text[position] === " ") continue;
    const source = sources[position];
    const range = ranges.at(-1);
    const adjoins = range && position - last <= 2 && text.slice(last + 1, position).trim() === "";
    if (range && adjoins && source >= range[1] - 1) range[1] = Math.max(range[1], source + 1);
    else ranges.push([source, source + 1]);
    last = position;
  }
  return merged(ranges.sort((a, b) => a[0] - b[0]));
}

/** Sorted stretches with those that touch or overlap joined: an article found in both its places is bold once. */
function merged(ranges: [number, number][]): [number, number][] {
  const joined: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}
