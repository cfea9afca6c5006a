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

function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

/** A dot or star inside an acronym ("L.A.", "M*A*S*H") joins its letters; elsewhere it parts words. */
function joinsLetters(text: string, at: number): boolean {
  const mark = text[at];
  if (mark !== "." && mark !== "*") return false;
  const lone =
    at >= 1 &&
    isAlphanumeric(text.charCodeAt(at - 1)) &&
    !(at >= 2 && isAlphanumeric(text.charCodeAt(at - 2)));
  return lone && at + 1 < text.length && isAlphanumeric(text.charCodeAt(at + 1));
}

class Folding {
  text = "";
  sources: number[] = [];

  /** `keep`: whether sources are wanted; building them doubles the cost. */
  constructor(private readonly keep: boolean) {}

  put(folded: string, source: number): void {
    if (folded === " " && (this.text === "" || this.text.endsWith(" "))) return;
    this.text += folded;
    if (this.keep) for (let i = 0; i < folded.length; i++) this.sources.push(source);
  }

  add(original: string, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const code = original.charCodeAt(at);
      if (code < 128) {
        if (code >= 65 && code <= 90) this.put(String.fromCharCode(code + 32), at);
        else if (isAlphanumeric(code)) this.put(original[at], at);
        else if (code === 38) for (const letter of LETTERS["&"]) this.put(letter, at);
        else if (!APOSTROPHES.includes(original[at]) && !joinsLetters(original, at)) this.put(" ", at);
        continue;
      }
      const character = String.fromCodePoint(original.codePointAt(at)!);
      this.addForeign(character, at);
      at += character.length - 1;
    }
  }

  private addForeign(character: string, at: number): void {
    if (APOSTROPHES.includes(character)) return;
    for (const part of character.normalize("NFKD").toLowerCase().normalize("NFKD")) {
      if (/\p{M}/u.test(part)) continue;
      for (const letter of LETTERS[part] ?? part) {
        this.put(/[\p{L}\p{N}]/u.test(letter) ? letter : " ", at);
      }
    }
  }
}

/** Where the article moved behind original[start, end) stands, if there is one. */
function trailingArticle(original: string, start: number, end: number): [number, number] | null {
  const article = TRAILING_ARTICLE.exec(original.slice(start, end));
  if (!article) return null;
  const at = start + article.index + article[0].indexOf(article[1]);
  return [at, at + article[1].length];
}

function addArticle(folding: Folding, original: string, [from, to]: [number, number]): void {
  folding.add(original, from, to);
  if (!APOSTROPHES.includes(original[to - 1])) folding.put(" ", from);
}

function foldTitleInto(folding: Folding, original: string): Folding {
  if (!original.includes(",")) {
    folding.add(original, 0, original.length);
    return folding;
  }
  // The title itself gets its article in front as well; a title in parentheses is repeated with its article at the
  // end of the text, so that the title typed as it is printed stays one piece.
  const repeated: [number, number, [number, number]][] = [];
  for (let start = 0; start < original.length; ) {
    let end = start;
    while (end < original.length && original[end] !== "(" && original[end] !== ")") end++;
    const article = trailingArticle(original, start, end);
    if (article && start === 0) addArticle(folding, original, article);
    else if (article) repeated.push([start, article[0], article]);
    folding.add(original, start, Math.min(end + 1, original.length));
    start = end + 1;
  }
  for (const [start, end, article] of repeated) {
    folding.put(" ", start);
    addArticle(folding, original, article);
    folding.add(original, start, end);
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
  return foldTitleInto(new Folding(false), title).text.trimEnd();
}

/** What was typed, folded like a title but with its words left in place. */
export function foldQuery(query: string): string {
  const folding = new Folding(false);
  folding.add(query, 0, query.length);
  return folding.text.trimEnd();
}

/** What folding would lose, as it is to be found in the printed title: a symbol ("+1", "🍿") or marks alone; else null. */
export function asPrinted(query: string): string | null {
  const text = query.trim().toLowerCase();
  return text && (/[\p{Sm}\p{Sc}\p{So}]/u.test(text) || foldQuery(text) === "") ? text : null;
}

/** `foldTitle` with the original position of each character. */
export function foldTitleWithSources(title: string): Folded {
  const { text, sources } = foldTitleInto(new Folding(true), title);
  const trimmed = text.trimEnd();
  return { text: trimmed, sources: sources.slice(0, trimmed.length) };
}
