// Folding: titles and queries reduced to what people type (no case, accents or punctuation, article in front),
// with the way back to the original characters for bold matches.

/** Articles that catalogues move behind a title: "Matrix, The", "Misérables, Les", "Associé, L'". */
const TRAILING_ARTICLE =
  /,\s*((?:the|an?|l[eao]s?|l['’]|les|il|gli|i|el|das|der|die|den|det|de|het|een|eine?|une?|un[ao]|os?|as))\s*$/i;

/** Letters that decompose into nothing by Unicode's own rules. */
const LETTERS: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  "&": " and ",
};

const APOSTROPHES = "'’‘ʼ`´";

export interface Folded {
  text: string;
  /** For each character of `text`, the index in the original it stands for. */
  sources: number[];
}

/** A dot or star inside an acronym ("L.A.", "M*A*S*H") joins its letters; elsewhere it parts words. */
const JOINT = /(?<=(?<![a-z\d])[a-z\d])[.*](?=[a-z\d])/gi;

/** What a character is typed as: small letters and digits, a space for a mark, nothing for an apostrophe. */
function foldCharacter(character: string): string {
  if (APOSTROPHES.includes(character)) return "";
  let folded = "";
  for (const part of character.normalize("NFKD").toLowerCase().normalize("NFKD")) {
    if (/\p{M}/u.test(part)) continue;
    for (const letter of LETTERS[part] ?? part) folded += /[\p{L}\p{N}]/u.test(letter) ? letter : " ";
  }
  return folded;
}

/** Each character is folded once. */
const known = new Map<string, string>();

class Folding {
  text = "";
  sources: number[] = [];
  readonly #original: string;

  constructor(original: string) {
    this.#original = original.replace(JOINT, "'");
  }

  put(letter: string, source: number): void {
    if (letter === " " && (this.text === "" || this.text.endsWith(" "))) return;
    this.text += letter;
    for (let i = 0; i < letter.length; i++) this.sources.push(source);
  }

  add(from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const character = String.fromCodePoint(this.#original.codePointAt(at)!);
      const folded = known.get(character) ?? foldCharacter(character);
      known.set(character, folded);
      for (const letter of folded) this.put(letter, at);
      at += character.length - 1;
    }
  }

  /** An article, in front of what it was moved behind. */
  addArticle([from, to]: readonly [number, number]): void {
    this.add(from, to);
    if (!APOSTROPHES.includes(this.#original[to - 1])) this.put(" ", from);
  }
}

/** Where the article moved behind original[start, end) stands, if there is one. */
function trailingArticle(original: string, start: number, end: number): [number, number] | null {
  const article = TRAILING_ARTICLE.exec(original.slice(start, end));
  if (!article) return null;
  const at = start + article.index + article[0].indexOf(article[1]);
  return [at, at + article[1].length];
}

function foldInto(original: string): Folding {
  const folding = new Folding(original);
  // The title itself gets its article in front as well; a title in parentheses is repeated with its article at the
  // end of the text, so that the title typed as it is printed stays one piece.
  const repeated: [number, number, [number, number]][] = [];
  for (let start = 0; start < original.length; ) {
    let end = start;
    while (end < original.length && original[end] !== "(" && original[end] !== ")") end++;
    const article = trailingArticle(original, start, end);
    if (article && start === 0) folding.addArticle(article);
    else if (article) repeated.push([start, article[0], article]);
    folding.add(start, Math.min(end + 1, original.length));
    start = end + 1;
  }
  for (const [start, end, article] of repeated) {
    folding.put(" ", start);
    folding.addArticle(article);
    folding.add(start, end);
  }
  return folding;
}

/** Letters and marks that fold by one rule: no comma, "&", dot or star, nothing foreign. Most titles are such. */
const PLAIN = /^[\w\s()'`:;!?"#$%+/=@<>[\]{}|~^-]*$/;

/**
 * A title as it is searched: "Matrix, The (1999)" becomes "the matrix the 1999", so that both orders are found.
 */
export function foldTitle(title: string): string {
  if (PLAIN.test(title)) {
    return title
      .toLowerCase()
      .replace(/['`]/g, "")
      .replace(/[^a-z0-9]+/g, " ")
      .trim();
  }
  return foldInto(title).text.trimEnd();
}

/** What was typed, folded like a title but with its words left in place. */
export function foldQuery(query: string): string {
  const folding = new Folding(query);
  folding.add(0, query.length);
  return folding.text.trimEnd();
}

/** What folding would lose, as it is to be found in the printed title: a symbol ("+1", "🍿") or marks alone; else null. */
export function asPrinted(query: string): string | null {
  const text = query.trim().toLowerCase();
  return text && (/[\p{Sm}\p{Sc}\p{So}]/u.test(text) || foldQuery(text) === "") ? text : null;
}

/** `foldTitle` with the original position of each character. */
export function foldTitleWithSources(title: string): Folded {
  const { text, sources } = foldInto(title);
  const trimmed = text.trimEnd();
  return { text: trimmed, sources: sources.slice(0, trimmed.length) };
}
