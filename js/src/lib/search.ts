// Title search: beginning of a word > anywhere > letters in order; ties by number of ratings. One index a side,
// shared by all views, built in slices with the most rated titles first. No DOM.
// Measured against uFuzzy 1.0.19, a key in Node at 60,000 and 1,000,000 titles, median (worst): 0.7 (0.9) and 13 (17) ms
// here, 2.5 (3.4) and 63 (72) ms there; 4 (77) ms at 1,000,000 where each key searches what the last one found.
import { bisectLeft, bisector } from "d3-array";
import { asPrinted, foldQuery, foldTitle } from "./folding";
import { initialBits, letterBits, Matcher } from "./matching";
import { numberKeys, sortedByKey } from "./radix";
import { onceFor, SlicedWork } from "./slices";
import type { Titles } from "./wire";

export interface Found {
  /** Best rows first, at most `limit`. */
  rows: number[];
  /**
   * Rows that match and have at least `minCount` ratings. Letters in order are only looked for, and counted, where
   * fewer than `limit` of these rows contain the query: others could not be listed.
   */
  total: number;
  /** Rows that contain the query but have fewer ratings. */
  hidden: number;
}

/** What an index is made of: one side's names, and which rows may be found. */
export interface SearchedSide {
  names: Titles;
  counts: ArrayLike<number>;
  /** Rows with 0 are never found; 2: only the side columns tell of it. */
  known: ArrayLike<number>;
}

/** Titles joined into one text, which a search reads at once. */
interface Block {
  /** Folded titles, a line each. */
  text: string;
  /** Where each begins; one more for the end of the last. */
  starts: Int32Array;
}

const BLOCK = 8192;
/** Titles folded between two looks at the clock. */
const STEP = 64;

/** Finds titles. What is not indexed yet is not found yet; `ready` says when all is. */
export class TitleSearch {
  readonly titles: Titles;
  /** Rows that may be found, most ratings first, so that matches come out in order without sorting. */
  byCount: Int32Array = new Int32Array(0);
  /** In the order of `byCount`: its places are what is computed with below. */
  readonly #blocks: Block[] = [];
  #bits = new Int32Array(0);
  /** Letters that words begin with. */
  #initials = new Int32Array(0);
  readonly #work: SlicedWork<true>;
  #last: { wanted: string; places: Int32Array; indexed: number } | null = null;

  constructor(readonly side: SearchedSide) {
    this.titles = side.names;
    this.#work = new SlicedWork(this.#read());
  }

  /** Whether all titles are indexed; a signal's value, so that what reads it hears of the change. */
  get ready(): boolean {
    return this.#work.result.value !== null;
  }

  /** Whether anything is known of a row; others are never found. */
  isKnown(row: number): boolean {
    return Boolean(this.side.known[row]);
  }

  /** Index the rest now. */
  finish(): this {
    this.#work.finish();
    return this;
  }

  /** Indexing the rest as a part of other work. */
  indexing(): Generator<void, true> {
    return this.#work.within();
  }

  *#read(): Generator<void, true> {
    const { names, counts, known } = this.side;
    const rows = new Int32Array(names.length);
    let n = 0;
    for (let row = 0; row < names.length; row++) if (known[row]) rows[n++] = row;
    const byCount = sortedByKey(rows.subarray(0, n), numberKeys(counts, false));
    this.#bits = new Int32Array(n);
    this.#initials = new Int32Array(n);
    this.byCount = byCount;
    for (let start = 0; start < n; start += BLOCK) {
      const end = Math.min(n, start + BLOCK);
      const texts: string[] = [];
      const starts = new Int32Array(end - start + 1);
      for (let place = start; place < end; place++) {
        const text = foldTitle(names.at(byCount[place]));
        texts.push(text);
        starts[place - start + 1] = starts[place - start] + text.length + 1;
        this.#bits[place] = letterBits(text);
        this.#initials[place] = initialBits(text);
        if (place % STEP === 0) yield;
      }
      this.#blocks.push({ text: texts.join("\n"), starts });
      yield;
    }
    return true;
  }

  /** The folded title at a place of `byCount`; "" while it is not indexed. */
  folded(place: number): string {
    const block = this.#blocks[Math.floor(place / BLOCK)];
    if (!block) return "";
    const at = place % BLOCK;
    return block.text.slice(block.starts[at], block.starts[at + 1] - 1);
  }

  /** The best matches; an empty query finds every title, most rated first. */
  find(query: string, { minCount = 0, limit = 50 } = {}): Found {
    const wanted = foldQuery(query);
    // Places are in order of ratings, so that those with at least `minCount` are the first `enough`.
    const enough = bisector((row: number) => -this.side.counts[row]).right(this.byCount, -minCount);
    if (query.trim() === "") {
      const rows = Array.from(this.byCount.subarray(0, Math.min(limit, enough)));
      return { rows, total: enough, hidden: this.byCount.length - enough };
    }
    const places = this.#matching(query);
    const matcher = new Matcher(wanted);
    const beginning: number[] = [];
    const inside: number[] = [];
    let total = bisectLeft(places, enough);
    const hidden = places.length - total;
    for (let i = 0; i < total && beginning.length < limit; i++) {
      const listed = matcher.beginsWord(this.folded(places[i])) ? beginning : inside;
      if (listed.length < limit) listed.push(places[i]);
    }
    let inOrder: number[] = [];
    if (total < limit && matcher.triesLetters && asPrinted(query) === null) {
      inOrder = this.#withLetters(wanted, matcher, places).filter((place) => place < enough);
      total += inOrder.length;
    }
    const found = [...beginning, ...inside, ...inOrder];
    return { rows: found.slice(0, limit).map((place) => this.byCount[place]), total, hidden };
  }

  /** By row: 1 where it contains the query (beginning of a word or anywhere); null where the query is empty. */
  containing(query: string): Uint8Array | null {
    if (query.trim() === "") return null;
    const contains = new Uint8Array(this.titles.length);
    for (const place of this.#matching(query)) contains[this.byCount[place]] = 1;
    return contains;
  }

  /** The first row that nothing is known of and that contains the query; -1 for none. Such are never found else. */
  *unknown(query: string): Generator<void, number> {
    const wanted = foldQuery(query);
    const { names, known } = this.side;
    for (let row = 1; row < names.length && wanted !== ""; row++) {
      if (!known[row] && foldTitle(names.at(row)).includes(wanted)) return row;
      if (row % STEP === 0) yield;
    }
    return -1;
  }

  /** Places whose title contains the query, in order. */
  #matching(query: string): Int32Array {
    const printed = asPrinted(query);
    if (printed === null) return this.#containing(foldQuery(query));
    const found: number[] = [];
    for (const [place, row] of this.byCount.entries())
      if (this.titles.at(row).toLowerCase().includes(printed)) found.push(place);
    return Int32Array.from(found);
  }

  /** Places whose title contains the folded query, in order. */
  #containing(wanted: string): Int32Array {
    const last = this.#last;
    const indexed = this.#blocks.length;
    if (last?.indexed === indexed && last.wanted === wanted) return last.places;
    const found = new Int32Array(this.byCount.length);
    let n = 0;
    if (/^[a-z]$/.test(wanted)) {
      const bit = letterBits(wanted);
      const end = Math.min(this.byCount.length, indexed * BLOCK);
      for (let place = 0; place < end; place++) if (this.#bits[place] & bit) found[n++] = place;
    } else {
      for (const [number, { text, starts }] of this.#blocks.entries()) {
        let line = 0;
        for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, starts[line])) {
          while (starts[line + 1] <= at) line++;
          found[n++] = number * BLOCK + line;
          line++;
          if (line === starts.length - 1) break;
        }
      }
    }
    const places = found.slice(0, n);
    this.#last = { wanted, places, indexed };
    return places;
  }

  /** Places, in order, that have the query's letters in order and are not among `others`. */
  #withLetters(wanted: string, matcher: Matcher, others: Int32Array): number[] {
    const bits = this.#bits;
    const wantedBits = letterBits(wanted);
    const firstBit = letterBits(wanted[0]);
    const found: number[] = [];
    let next = 0;
    for (const [number, { text, starts }] of this.#blocks.entries()) {
      for (let line = 0; line < starts.length - 1; line++) {
        const place = number * BLOCK + line;
        if (place === others[next]) next++;
        else if ((bits[place] & wantedBits) !== wantedBits || !(this.#initials[place] & firstBit)) continue;
        else if (matcher.hasLetters(text, starts[line], starts[line + 1] - 1)) found.push(place);
      }
    }
    return found;
  }
}

const indexOf = onceFor((_: Titles, side: SearchedSide) => new TitleSearch(side));

/** The index of a side, the same for whoever asks: names are new whenever anything of their side is. */
export const titleSearch = (side: SearchedSide): TitleSearch => indexOf(side.names, side);
