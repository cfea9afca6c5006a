import assert from "node:assert/strict";
import { test } from "node:test";
import { foldQuery, foldTitle, foldTitleWithSources } from "../src/lib/folding";
import { boldRanges, findSubsequence, type Match, Matcher, TitleSearch } from "../src/lib/search";
import { editDistance, Speller } from "../src/lib/spelling";
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
const search = new TitleSearch(column(names), counts, shown);
const matchFolded = (text: string, query: string): Match => new Matcher(query).match(text);
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

test("the row of unknown titles and rows that are not shown are never found", () => {
  assert.equal(matchFolded(foldTitle("#na#"), "na"), 0);
  for (const query of ["na", "#na#", ""]) assert.ok(!search.find(query).rows.includes(0));
  const some = new TitleSearch(
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

test("the search lists what a full sort would list", () => {
  const random = seeded(11);
  const titles = Array.from({ length: 400 }, () =>
    Array.from({ length: 1 + random(4) }, () => ["abba", "ab", "cab", "bach", "ca", "a"][random(6)]).join(
      " ",
    ),
  );
  const ratings = Int32Array.from(titles, () => random(60));
  const index = new TitleSearch(column(titles), ratings, new Uint8Array(titles.length).fill(1));
  for (const query of ["a", "ab", "ca", "b", "aba", "ch", "cab a"]) {
    const sorted = titles
      .map((title, row) => ({ row, match: matchFolded(title, query) }))
      .filter(({ row, match }) => match < 3 && ratings[row] >= 10)
      .sort((a, b) => a.match - b.match || ratings[b.row] - ratings[a.row] || a.row - b.row);
    const { rows, total } = index.find(query, { minCount: 10, limit: 50 });
    assert.deepEqual(
      rows,
      sorted.slice(0, 50).map(({ row }) => row),
    );
    assert.equal(total, sorted.length);
  }
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
  const speller = new Speller(search, counts);
  const nearest = (query: string) => {
    const row = speller.nearest(query);
    return row === null ? null : names[row];
  };
  assert.equal(nearest("lamds"), "Silence of the Lambs, The (1991)");
  assert.equal(nearest("lamd"), "Silence of the Lambs, The (1991)");
  assert.equal(nearest("stra wars"), "Star Wars (1977)");
  assert.equal(nearest("shindlers lits"), "Schindler's List (1993)");
  assert.equal(nearest("qqqqqq"), null);
});
