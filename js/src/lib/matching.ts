// How one title matches a query, and which of its letters are printed bold for it.
import { asPrinted, foldQuery, foldTitleWithSources } from "./folding";

/** Fewer letters than this match too much in order to help anyone. */
const SHORTEST_SUBSEQUENCE = 3;

function letterBit(code: number): number {
  if (code >= 97 && code <= 122) return 1 << (code - 97);
  if (code >= 48 && code <= 57) return 1 << (26 + ((code - 48) >> 1));
  return code === 32 ? 0 : 1 << 31;
}

/** One bit for each letter, one for two digits, one for all others: a title without a query's bits cannot match. */
export function letterBits(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits |= letterBit(text.charCodeAt(i));
  return bits;
}

/** The bits of the letters that words begin with. */
export function initialBits(text: string): number {
  let bits = letterBit(text.charCodeAt(0));
  for (let at = text.indexOf(" "); at >= 0; at = text.indexOf(" ", at + 1)) {
    bits |= letterBit(text.charCodeAt(at + 1));
  }
  return bits;
}

/**
 * Positions of `letters` in `text` in order, or null. A letter follows its predecessor in the same word or begins
 * a later word ("sotl" finds "silence of the lambs", "strwrs" finds "star wars"); letters strewn anywhere do not count.
 */
export function findSubsequence(text: string, letters: string): number[] | null {
  const [first, ...others] = letters;
  const rest = others.map((letter) => `(?:[^ ]*?|.*? )(${letter})`).join("");
  const found = new RegExp(`(?<![^ ])(${first})${rest}`, "d").exec(text);
  return found?.indices?.slice(1).map(([at]) => at) ?? null;
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

  /** Whether letters in order count for this query at all: it is neither too short nor too long. */
  get triesLetters(): boolean {
    return this.#length > 0;
  }

  /** Whether a word of `text` begins with the query. */
  beginsWord(text: string): boolean {
    return text.startsWith(this.query) || text.includes(this.#inWord);
  }

  /** `findSubsequence(…) !== null` in text[from, to): one pass, bit k of a set meaning "k letters matched". */
  hasLetters(text: string, from: number, to: number): boolean {
    if (this.#length === 0) return false;
    const places = this.#places;
    const all = 1 << this.#length;
    let before = 1;
    let inWord = 0;
    let startsWord = true;
    for (let i = from; i < to; i++) {
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

/** Stretches [from, to) of `title` to print bold for `query`; gaps of punctuation within a match are bridged. */
export function boldRanges(title: string, query: string): [number, number][] {
  const printed = asPrinted(query);
  if (printed !== null) {
    const at = title.toLowerCase().indexOf(printed);
    return at < 0 ? [] : [[at, at + printed.length]];
  }
  const wanted = foldQuery(query);
  if (wanted === "") return [];
  const { text, sources } = foldTitleWithSources(title);
  const wordStart = ` ${text}`.indexOf(` ${wanted}`);
  const at = wordStart >= 0 ? wordStart : text.indexOf(wanted);
  const matched =
    at >= 0 ? Array.from(wanted, (_, i) => at + i) : findSubsequence(text, wanted.replaceAll(" ", ""));
  const bold = new Array<string>(title.length).fill(" ");
  let last = -1;
  for (const position of matched ?? []) {
    if (text[position] === " ") continue;
    const source = sources[position];
    // Punctuation between two letters that are neighbours once folded is bold with them.
    const neighbours = last >= 0 && text.slice(last + 1, position).trim() === "" && position - last <= 2;
    bold.fill("x", neighbours ? Math.min(sources[last] + 1, source) : source, source + 1);
    last = position;
  }
  return Array.from(bold.join("").matchAll(/x+/g), ({ index, 0: run }) => [index, index + run.length]);
}
