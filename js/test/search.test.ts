import assert from "node:assert/strict";
import { test } from "node:test";
import { foldQuery, foldTitle, foldTitleWithSources } from "../src/lib/folding";
import { boldRanges, findSubsequence, Matcher } from "../src/lib/matching";
import { TitleSearch, titleSearch } from "../src/lib/search";
import { SLICE_MS, SlicedWork } from "../src/lib/slices";
import { editDistance, nearestSpelling } from "../src/lib/spelling";
import { sortText, titlePlaces } from "../src/lib/titleorder";
import type { Titles } from "../src/lib/wire";
import { unrated } from "../src/lib/wording";
import { seeded } from "./seeded";

const CATALOGUE: [string, number][] = [
  ["#na#", 0],
  ["Matrix, The (1999)", 70],
  ["Silence of the Lambs, The (1991)", 390],
  ["Star Wars (1977)", 583],
  ["Star Trek: First Contact (1996)", 365],
  ["Starship Troopers (1997)", 211],
  ["Dirty Dancing (1987)", 98],
  ["Misérables, Les (1995)", 20],
  ["L.A. Confidential (1997)", 297],
  ["E.T. the Extra-Terrestrial (1982)", 300],
  ["M*A*S*H (1970)", 206],
  ["Schindler's List (1993)", 298],
  ["Beavis and Butt-head Do America (1996)", 156],
  ["Double vie de Véronique, La (Double Life of Veronique, The) (1991)", 21],
  ["Associé, L'(1982)", 1],
  ["Lawnmower Man 2: Beyond Cyberspace (1996)", 21],
  ["Mustard (1990)", 30],
  ["8 1/2 (1963)", 38],
];
const names = CATALOGUE.map(([name]) => name);
const counts = Int32Array.from(CATALOGUE, ([, count]) => count);
const shown = Uint8Array.from(names, (_, row) => (row === 0 ? 0 : 1));
const column = (values: readonly string[]) => ({ length: values.length, at: (row: number) => values[row] });
const indexOf = (texts: Titles, ratings: ArrayLike<number>, known: ArrayLike<number>) =>
  new TitleSearch({ names: texts, counts: ratings, known }).finish();
const search = indexOf(column(names), counts, shown);
/** 0: a word begins with the query; 1: contained; 2: its letters in order; 3: no match. */
function matchFolded(text: string, query: string, matcher = new Matcher(query)): 0 | 1 | 2 | 3 {
  if (matcher.beginsWord(text)) return 0;
  if (text.includes(query)) return 1;
  return matcher.hasLetters(text, 0, text.length) ? 2 : 3;
}
const found = (query: string, minCount = 0) => search.find(query, { minCount }).rows.map((row) => names[row]);

test("a title is found however its case, accents, punctuation and article are typed", () => {
  const pairs: [string, string][] = [
    ["the matrix", "Matrix, The (1999)"],
    ["MATRIX, THE (1999)", "Matrix, The (1999)"],
    ["matrix the", "Matrix, The (1999)"],
    ["les miserables", "Misérables, Les (1995)"],
    ["miserables, les", "Misérables, Les (1995)"],
    ["la conf", "L.A. Confidential (1997)"],
    ["l.a. conf", "L.A. Confidential (1997)"],
    ["et the extra terr", "E.T. the Extra-Terrestrial (1982)"],
    ["mash", "M*A*S*H (1970)"],
    ["schindlers list", "Schindler's List (1993)"],
    ["schindler’s", "Schindler's List (1993)"],
    ["beavis & butt", "Beavis and Butt-head Do America (1996)"],
    ["the double life", "Double vie de Véronique, La (Double Life of Veronique, The) (1991)"],
    ["la double vie de veronique", "Double vie de Véronique, La (Double Life of Veronique, The) (1991)"],
    ["l'associe", "Associé, L'(1982)"],
    ["8 1/2", "8 1/2 (1963)"],
    ["8½", "8 1/2 (1963)"],
  ];
  for (const [query, title] of pairs) assert.equal(found(query)[0], title, query);
});

test("every title is listed at every letter while it is typed", () => {
  for (let row = 1; row < names.length; row++) {
    for (let end = 1; end <= names[row].length; end++) {
      const query = names[row].slice(0, end);
      if (foldQuery(query) === "") continue;
      assert.ok(search.find(query).rows.includes(row), `${names[row]} by ${JSON.stringify(query)}`);
    }
  }
});

test("beginnings of words come before the middle of words, those before letters in order, ties by ratings", () => {
  assert.deepEqual(found("star"), [
    "Star Wars (1977)",
    "Star Trek: First Contact (1996)",
    "Starship Troopers (1997)",
    "Mustard (1990)",
  ]);
  assert.equal(found("sotl")[0], "Silence of the Lambs, The (1991)");
  assert.equal(found("strwrs")[0], "Star Wars (1977)");
  assert.equal(found("troop")[0], "Starship Troopers (1997)");
});

test("letters strewn over unrelated words are no match", () => {
  assert.equal(findSubsequence("lawnmower man 2 beyond cyberspace 1996", "lamds"), null);
  assert.deepEqual(found("lamds"), []);
});

test("letters in order of a title that is hidden do not keep the nearest spelling away", () => {
  const sea = "Old Lady Who Walked in the Sea, The (Vieille qui marchait dans la mer, La) (1991)";
  const titles = ["#na#", "Silence of the Lambs, The (1991)", sea];
  const index = indexOf(column(titles), Int32Array.of(0, 390, 5), Uint8Array.of(0, 1, 1));
  assert.deepEqual(index.find("lamds", { minCount: 20 }), { rows: [], total: 0, hidden: 0 });
  assert.deepEqual(index.find("lamds").rows, [2]);
  assert.equal(index.find("old lady", { minCount: 20 }).hidden, 1);
});

test("the row of unknown titles and rows that are not shown are never found", () => {
  assert.equal(matchFolded(foldTitle("#na#"), "na"), 0);
  for (const query of ["na", "#na#", ""]) assert.ok(!search.find(query).rows.includes(0));
  const some = indexOf(
    column(names),
    counts,
    Uint8Array.from(shown, (flag, row) => (row === 3 ? 0 : flag)),
  );
  assert.ok(!some.find("star").rows.includes(3));
  assert.ok(!some.find("").rows.includes(3));
});

test("titles with few ratings are hidden and counted", () => {
  const all = search.find("star", { minCount: 250 });
  assert.deepEqual([all.total, all.hidden], [2, 2]);
  assert.equal(search.find("star", { limit: 2 }).rows.length, 2);
  assert.equal(search.find("star", { limit: 2 }).total, 4);
});

test("symbols, which folding drops, are found as they are printed", () => {
  const titles = ["#na#", "🎬🍿 Movie", "10 Things (1999)", "Romeo +1 Juliet", "... And Justice"];
  const index = indexOf(column(titles), new Int32Array(5).fill(30), Uint8Array.of(0, 1, 1, 1, 1));
  for (const [query, row] of [
    ["🍿", 1],
    [" 🍿 MOVIE", 1],
    ["+1", 3],
    ["...", 4],
    ["1", 2],
  ] as const) {
    assert.equal(index.find(query).rows[0], row, query);
    assert.ok(index.containing(query)?.[row], query);
  }
  for (const query of ["🍿", "+1", "..."]) assert.equal(index.find(query).total, 1, query);
  assert.deepEqual(boldRanges("🎬🍿 Movie", "🍿"), [[2, 4]]);
  assert.equal(index.find("romeo & juliet").total, 0);
});

test("an empty query lists the most rated titles, one of punctuation only lists none", () => {
  assert.deepEqual(search.find("  ", { limit: 2 }).rows, [3, 2]);
  assert.equal(search.find("...").total, 0);
});

/** Letter q+1 stands later in the same word, or at the beginning of a later word: by trying everything. */
function subsequenceByTrying(text: string, letters: string, from = -1): boolean {
  if (letters === "") return true;
  for (let at = from + 1; at < text.length; at++) {
    const startsWord = at === 0 || text[at - 1] === " ";
    const sameWord = from >= 0 && !text.slice(from, at).includes(" ");
    if (
      text[at] === letters[0] &&
      (startsWord || sameWord) &&
      subsequenceByTrying(text, letters.slice(1), at)
    ) {
      return true;
    }
  }
  return false;
}

test("matching equals brute force on random titles and queries", () => {
  const random = seeded(7);
  const word = (letters: number) => Array.from({ length: letters }, () => "abc"[random(3)]).join("");
  const seen = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) {
    const text = Array.from({ length: 1 + random(4) }, () => word(1 + random(4))).join(" ");
    const query = random(3) === 0 ? `${word(1 + random(2))} ${word(1 + random(2))}` : word(1 + random(5));
    const letters = query.replaceAll(" ", "");
    const expected = text.split(" ").some((_, k, words) => words.slice(k).join(" ").startsWith(query))
      ? 0
      : text.includes(query)
        ? 1
        : letters.length >= 3 && subsequenceByTrying(text, letters)
          ? 2
          : 3;
    assert.equal(matchFolded(text, query), expected, `${query} in ${text}`);
    seen[expected]++;
    const positions = findSubsequence(text, letters);
    if (positions) {
      assert.equal(positions.map((at) => text[at]).join(""), letters);
      assert.ok(positions.every((at, k) => k === 0 || at > positions[k - 1]));
    }
  }
  assert.ok(
    seen.every((times) => times > 50),
    `each kind of match occurs: ${seen}`,
  );
});

/** Titles of a few syllables each, so that every kind of match occurs often. */
function manyTitles(seed: number, n: number): { titles: string[]; ratings: Int32Array } {
  const random = seeded(seed);
  const titles = Array.from({ length: n }, () =>
    Array.from(
      { length: 1 + random(4) },
      () => ["abba", "ab", "cab", "bach", "ca", "a", "b 2"][random(7)],
    ).join(" "),
  );
  return { titles, ratings: Int32Array.from(titles, () => random(60)) };
}

test("the search lists and counts what a full sort would, whatever was typed before", () => {
  const { titles, ratings } = manyTitles(11, 20_000);
  const index = indexOf(column(titles), ratings, new Uint8Array(titles.length).fill(1));
  const typed = ["a", "ab", "abba c", "abba ca", "ca", "b", "bb", "aba", "ch", "hc", "cab a", "abba b 2 ab"];
  for (const query of [...typed, "bachbach", "acbh", "achb", "zz"]) {
    const matcher = new Matcher(query); // one for all titles, as its table is a quarter of a megabyte
    const matches = titles
      .map((title, row) => ({ row, match: matchFolded(title, query, matcher) }))
      .filter(({ match }) => match < 3)
      .sort((a, b) => a.match - b.match || ratings[b.row] - ratings[a.row] || a.row - b.row);
    for (const minCount of [0, 10, 59]) {
      const enough = matches.filter(({ row }) => ratings[row] >= minCount);
      const contained = enough.filter(({ match }) => match < 2).length;
      for (const limit of [1, 50, 100_000]) {
        // Letters in order count only where they could be listed.
        const counts = ({ match }: { match: number }) => match < 2 || contained < limit;
        const sorted = enough.filter(counts);
        const found = index.find(query, { minCount, limit });
        const listed = sorted.slice(0, limit).map(({ row }) => row);
        // As text: to look for a difference among 20,000 numbers takes longer than the search.
        assert.equal(found.rows.join(), listed.join(), query);
        assert.equal(found.total, sorted.length);
        assert.equal(found.hidden, matches.filter(({ match }) => match < 2).length - contained);
      }
    }
    const marks = index.containing(query)!;
    assert.ok(titles.every((title, row) => Boolean(marks[row]) === title.includes(query)));
  }
  assert.equal(index.containing("  "), null);
});

test("plain titles fold by the quick way as they do by the other", () => {
  const random = seeded(21);
  const marks = "abzABZ019 -'`()[]:;!?\"#$%+/=@<>{}|~^_\t\\.,&*éß";
  for (let i = 0; i < 5000; i++) {
    const title = Array.from({ length: random(14) }, () => marks[random(marks.length)]).join("");
    assert.equal(foldTitle(title), foldTitleWithSources(title).text, JSON.stringify(title));
  }
});

test("an index grows in turns, the most rated titles first, and is one for all who ask", async () => {
  const { titles, ratings } = manyTitles(12, 20_000);
  let slowly = 0;
  const names = {
    length: titles.length,
    at(row: number) {
      // A title that is slow to decode, once in a while.
      if (++slowly % 2000 === 0) for (const end = performance.now() + SLICE_MS; performance.now() < end; );
      return titles[row];
    },
  };
  const side = { names, counts: ratings, known: new Uint8Array(titles.length).fill(1) };
  const index = titleSearch(side);
  assert.equal(titleSearch({ ...side }), index);
  assert.equal(index.ready, false);
  let turns = 0;
  while (!index.ready) {
    const found = index.find("abba", { limit: 1 });
    if (found.rows.length) assert.equal(ratings[found.rows[0]], 59);
    turns++;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert.ok(turns > 2, `${turns} turns`);
  const whole = indexOf(column(titles), ratings, side.known);
  for (const query of ["abba", "ca", "acbh"]) assert.deepEqual(index.find(query), whole.find(query));
});

test("work in slices is done at once if it is short, and can be finished or given up", () => {
  function* count(to: number): Generator<void, number> {
    let steps = 0;
    while (steps < to) {
      steps++;
      yield;
    }
    return steps;
  }
  assert.equal(new SlicedWork(count(3)).result.value, 3);
  const long = new SlicedWork(count(3_000_000));
  assert.equal(long.result.value, null);
  assert.equal(long.finish(), 3_000_000);
  function* outer(inner: SlicedWork<number>): Generator<void, number> {
    return (yield* inner.within()) + 1;
  }
  assert.equal(new SlicedWork(outer(new SlicedWork(count(3_000_000)))).finish(), 3_000_001);
});

test("titles are sorted as printed, without case, accents and punctuation, numbers by their value", () => {
  const printed = [
    "#na#",
    "10 Things",
    "9 Songs",
    "  abc",
    "Abc 2",
    "abc 10",
    "Abc 007",
    "ábc 10 b",
    "Matrix, The (1999)",
    "Mad Max",
    "'Til There Was You",
    "яблоко б",
    "яблоко а 1",
    "я 1",
    "Zulu",
    "abc-2",
  ];
  const index = indexOf(
    column(printed),
    Int32Array.from(printed, (_, row) => row),
    Uint8Array.from(printed, (_, row) => Number(row > 0)),
  );
  const places = titlePlaces(index).finish();
  assert.deepEqual(
    [4, 15].map((row) => places[row]),
    [places[4], places[4]],
    "names that differ in punctuation only share a place",
  );
  assert.equal(places[0], 0);
  const sorted = printed
    .map((_, row) => row)
    .filter((row) => row > 0 && row !== 15)
    .sort((a, b) => places[a] - places[b])
    .map((row) => printed[row].trim());
  assert.deepEqual(sorted, [
    "9 Songs",
    "10 Things",
    "abc",
    "Abc 2",
    "Abc 007",
    "abc 10",
    "ábc 10 b",
    "Mad Max",
    "Matrix, The (1999)",
    "'Til There Was You",
    "Zulu",
    "я 1",
    "яблоко а 1",
    "яблоко б",
  ]);
});

test("places by title are those of a plain sort of the folded names", () => {
  const random = seeded(13);
  const names20 = Array.from({ length: 3000 }, () =>
    Array.from(
      { length: 1 + random(4) },
      () => ["silent", "river", "é9", "12", "007", "я", "a", "ß"][random(8)],
    ).join(" "),
  );
  const index = indexOf(column(names20), new Int32Array(3000), new Uint8Array(3000).fill(1));
  const keys = names20.map((name) => sortText(foldQuery(name)));
  const distinct = [...new Set(keys)].sort((a, b) => (a < b ? -1 : 1));
  const places = titlePlaces(index).finish();
  for (const [row, key] of keys.entries()) assert.equal(places[row], distinct.indexOf(key) + 1);
});

test("folding keeps the way back to the original characters", () => {
  for (const title of names) {
    const { text, sources } = foldTitleWithSources(title);
    assert.equal(text, foldTitle(title));
    assert.equal(sources.length, text.length);
    for (let i = 0; i < text.length; i++) {
      if (text[i] !== " ") assert.equal(foldQuery(title[sources[i]]).includes(text[i]), true);
    }
  }
});

const bold = (title: string, query: string) =>
  boldRanges(title, query).map(([from, to]) => title.slice(from, to));

test("the bold part is what was typed", () => {
  assert.deepEqual(bold("Silence of the Lambs, The (1991)", "silence of the l"), ["Silence of the L"]);
  assert.deepEqual(bold("Matrix, The (1999)", "the matrix"), ["Matrix", "The"]);
  assert.deepEqual(bold("Misérables, Les (1995)", "misera"), ["Miséra"]);
  assert.deepEqual(bold("L.A. Confidential (1997)", "la conf"), ["L.A. Conf"]);
  assert.deepEqual(bold("Mustard (1990)", "star"), ["star"]);
  assert.deepEqual(bold("Star Wars (1977)", "strwrs"), ["St", "r W", "rs"]);
  assert.deepEqual(bold("Matrix, The (1999)", "the matrix the"), ["Matrix, The"]);
  assert.deepEqual(bold("Star Wars (1977)", "zzz"), []);
  assert.deepEqual(bold("Schindler's List (1993)", "schindlers"), ["Schindler's"]);
});

/** Textbook recursion for the optimal string alignment distance. */
function editsByTrying(a: string, b: string): number {
  if (a === "" || b === "") return Math.max(a.length, b.length);
  const [x, y] = [a.slice(0, -1), b.slice(0, -1)];
  let edits = Math.min(
    editsByTrying(x, b) + 1,
    editsByTrying(a, y) + 1,
    editsByTrying(x, y) + (a.at(-1) === b.at(-1) ? 0 : 1),
  );
  if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)) {
    edits = Math.min(edits, editsByTrying(a.slice(0, -2), b.slice(0, -2)) + 1);
  }
  return edits;
}

test("edit distances equal the textbook recursion, also to the nearest beginning", () => {
  const random = seeded(3);
  const word = () => Array.from({ length: random(6) }, () => "abc"[random(3)]).join("");
  for (let i = 0; i < 500; i++) {
    const [a, b] = [word(), word()];
    const exact = editsByTrying(a, b);
    const beginning = Math.min(
      ...Array.from({ length: b.length + 1 }, (_, end) => editsByTrying(a, b.slice(0, end))),
    );
    for (const limit of [0, 1, 2, 6]) {
      assert.equal(editDistance(a, b, limit), Math.min(exact, limit + 1), `${a} ${b} ${limit}`);
      assert.equal(editDistance(a, b, limit, true), Math.min(beginning, limit + 1), `${a} ${b}… ${limit}`);
    }
  }
});

test("a misspelt query leads to the nearest title, nonsense to none", () => {
  const nearest = (query: string) => {
    const row = nearestSpelling(search, query).finish();
    return row < 0 ? null : names[row];
  };
  assert.equal(nearest("lamds"), "Silence of the Lambs, The (1991)");
  assert.equal(nearest("lamd"), "Silence of the Lambs, The (1991)");
  assert.equal(nearest("stra wars"), "Star Wars (1977)");
  assert.equal(nearest("shindlers lits"), "Schindler's List (1993)");
  assert.equal(nearest("qqqqqq"), null);
});

test("a title without a training rating is not taken for a misspelling", () => {
  const trained = Uint8Array.from(names, (name, row) => (row === 0 || name.startsWith("Mustard") ? 0 : 1));
  const index = indexOf(column(names), counts, trained);
  assert.deepEqual(index.find("mustard").rows, []);
  const row = nearestSpelling(index, "Mustard (1990)").finish();
  assert.equal(names[row], "Mustard (1990)");
  assert.equal(index.isKnown(row), false);
  assert.equal(index.isKnown(names.indexOf("Star Wars (1977)")), true);
});

test("a title that only side columns tell of is found after the rated ones, and says so", () => {
  const cold = names.indexOf("Mustard (1990)");
  const side = {
    names: column(names),
    counts: counts.map((count, row) => (row === cold ? 0 : count)),
    known: Uint8Array.from(names, (_, row) => (row === cold ? 2 : Number(row > 0))),
  };
  const index = new TitleSearch(side).finish();
  assert.deepEqual(index.find("mustard").rows, [cold]);
  assert.deepEqual(index.find("mustard", { minCount: 1 }), { rows: [], total: 0, hidden: 1 });
  assert.equal(index.byCount.at(-1), cold);
  assert.equal(unrated(side, cold), "0 ratings");
  assert.equal(unrated({ ...side, counts }, cold), "no training rating");
  assert.equal(unrated(side, 1), null);
});

test("words left out by their letters are no nearer than the one that is found", () => {
  const random = seeded(17);
  const word = (letters: number) => Array.from({ length: letters }, () => "abcdefgh"[random(8)]).join("");
  const words = Array.from({ length: 400 }, () => word(3 + random(5)));
  const index = indexOf(
    column(words),
    Int32Array.from(words, (_, row) => row),
    new Uint8Array(400).fill(1),
  );
  let found = 0;
  for (let i = 0; i < 200; i++) {
    const query = word(3 + random(5));
    if (words.includes(query)) continue;
    const most = Math.min(2, Math.floor(query.length / 3));
    const edits = (text: string) =>
      Math.min(editDistance(query, text, most), editDistance(query, text, most, true) + 0.5);
    const least = Math.min(...words.map(edits));
    const row = nearestSpelling(index, query).finish();
    if (least >= most + 0.9) assert.equal(row, -1, query);
    else {
      // The title found contains the word that is nearest, which may be a part of a longer one.
      const near = words.filter((text) => edits(text) === least);
      assert.ok(
        near.some((text) => words[row].includes(text)),
        `${query}: ${words[row]}`,
      );
      found++;
    }
  }
  assert.ok(found > 50, `${found} found`);
});
