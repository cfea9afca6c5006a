// What can be on an axis: a component, or a number that every title has.

import type { Data } from "../../protocol";
import type { Side } from "../../store";
import { formatNumber, plural } from "../format";
import { type Ticks, ticks } from "../ticks";
import type { One } from "../wording";
import type { OwnColumn } from "./categories";
import type { MapFrame } from "./frame";
import { axisName } from "./words";

/** A component by its number from 1, or the name of something else. */
export type AxisChoice = number | string;

export interface AxisFacts {
  choice: AxisChoice;
  /** "PC 1 · 12.4 %", "year": its name in words. */
  name: string;
  /** What stands beside the axis, the one that says most first. */
  titles: readonly string[];
  /** Whether it holds logarithms to base 10. */
  log: boolean;
}

/** Numbers of titles that are no components, by the name of the trait's value. */
export const NUMBERS: readonly (readonly [name: string, words: string])[] = [
  ["bias", "bias"],
  ["count", "ratings"],
  ["mean", "mean"],
  ["year", "year"],
];

/** `NUMBERS`, and the names of the caller's own columns behind them; of texts only where `texts`. */
export function numberOptions(columns: ReadonlyMap<string, OwnColumn>, texts: boolean, one: One) {
  const own = [...columns].filter(([name, { names }]) => name !== "year" && (texts || !names));
  // The year is that at the end of a title.
  const numbers = NUMBERS.filter(([name]) => name !== "year" || one === "title" || columns.has(name));
  return [...numbers, ...own.map(([name]) => [name, name] as const)];
}

/** The year at the end of a name, "(1995)"; NaN where it ends in none. */
export function yearOf(name: string): number {
  return Number(/\((\d{4})\)\s*$/.exec(name)?.[1] ?? Number.NaN);
}

/** What an axis, a colour or a size shows, by row; null where there is nothing of that name. */
export function numbersOf(
  name: string,
  side: Side,
  bias: ArrayLike<number> | null,
  columns: ReadonlyMap<string, OwnColumn>,
): ArrayLike<number> | null {
  const own = columns.get(name);
  if (own) return own.values;
  if (name === "bias") return bias;
  if (name === "count") return side.counts;
  if (name === "mean") return side.means;
  if (name === "year") return Float32Array.from({ length: side.n }, (_, row) => yearOf(side.names.at(row)));
  return null;
}

/** Places on an axis: counts by their logarithm. */
export function placesOf(name: string, values: ArrayLike<number>): Float32Array {
  return name === "count"
    ? Float32Array.from(values, (value) => (value > 0 ? Math.log10(value) : Number.NaN))
    : Float32Array.from(values);
}

export function axisFacts(choice: AxisChoice, frame: MapFrame, meta: Data, one: One): AxisFacts {
  const log = choice === "count";
  if (typeof choice === "string") {
    const titles = numberTitles(choice, meta, one);
    return { choice, name: titles[titles.length - 1], titles, log };
  }
  const name = axisName(choice, frame.explained_variance);
  const titles = frame.fit_count > 0 ? [`${name} of the variance of ${fittedOn(frame, one)}`, name] : [name];
  return { choice, name, titles, log };
}

/** What a number is, with its unit, on an axis and of a colour; the one that says most first. */
export function numberTitles(name: string, meta: Data, one: One): string[] {
  const unit = `bias (${meta.y_range ? "logit" : "rating"})`;
  if (name === "bias") return [`${unit}, relative to the average ${one}`, unit];
  return [{ count: "ratings (log)", mean: "mean rating" }[name] ?? name];
}

/** "931 titles", "all 1,634 titles", "the 1,000 most rated titles". */
export function fittedOn({ fit_count, fit_on }: MapFrame, one: One): string {
  if (fit_on === "all") return `all ${plural(fit_count, one)}`;
  if (fit_on === "top_n") return `the ${plural(fit_count, `most rated ${one}`)}`;
  return plural(fit_count, one);
}

/** What a point says of its place: nothing of what is said of every point anyway. */
export function placeWords({ choice }: AxisFacts, value: number): string {
  if (typeof choice === "string") {
    if (choice === "bias" || choice === "count" || choice === "mean") return "";
    return `${choice} ${numberWords(value)}`;
  }
  return `PC ${choice} ${formatNumber(value, 2)}`;
}

/** A number of a column: whole ones as they are, as a year is not grouped. */
export function numberWords(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e5 ? String(value) : formatNumber(value, 2);
}

/** "12 titles without a year are not shown." for each axis that has such. */
export function missingWords(
  axes: readonly AxisFacts[],
  places: readonly ArrayLike<number>[],
  candidates: Int32Array,
  one: One,
): string[] {
  return axes.flatMap(({ choice }, i) => {
    if (typeof choice === "number" || (i === 1 && choice === axes[0].choice)) return [];
    let n = 0;
    for (const row of candidates) if (!Number.isFinite(places[i][row])) n++;
    const what = choice === "year" ? "a year" : choice;
    return n ? [`${plural(n, one)} without ${what} ${n === 1 ? "is" : "are"} not shown.`] : [];
  });
}

/** Round numbers along an axis of logarithms to base 10: 1, 2, 5, 10 … */
export function logTicks(low: number, high: number, count: number): Ticks {
  const steps = high - low > count / 2 ? [1] : [1, 2, 5];
  let numbers: number[] = [];
  for (let power = Math.max(0, Math.floor(low)); power <= high; power++)
    numbers.push(...steps.map((step) => step * 10 ** power));
  if (high - low < 0.7) {
    // The power of a logarithm can fall short of its number by a rounding error.
    numbers = ticks(10 ** low * (1 - 1e-9), 10 ** high * (1 + 1e-9), count).values;
  }
  numbers = numbers.filter((value) => value > 0 && Math.log10(value) >= low && Math.log10(value) <= high);
  return {
    values: numbers.map(Math.log10),
    digits: 0,
    texts: numbers.map((value) => value.toLocaleString()),
  };
}
