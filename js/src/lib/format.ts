// Numbers as they are shown: fixed digits, a true minus, grouped counts, and a dash for what is not a number.

const MINUS = "\u2212";
const NONE = "\u2013";

type Maybe = number | null | undefined;

const known = (value: Maybe): value is number => Number.isFinite(value);

/** A number with `digits` decimals and a true minus; "–" for NaN and null. */
export function formatNumber(value: Maybe, digits: number): string {
  if (!known(value)) return NONE;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

export const formatLoss = (value: Maybe): string => formatNumber(value, 4);
export const formatSimilarity = (value: Maybe): string => formatNumber(value, 3);

/** Signed, two decimals: +0.25, −1.03, 0.00. */
export function formatBias(value: Maybe): string {
  const text = formatNumber(value, 2);
  return typeof value === "number" && value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** A share 0..1 as a per cent with one decimal. */
export const formatShare = (share: Maybe): string =>
  !known(share) ? NONE : `${formatNumber(100 * share, 1)} %`;

/** Errors and effects are in stars only where ratings look like stars. */
export function ratingUnit(yRange: readonly number[] | null | undefined): "stars" | "rating" {
  if (!yRange) return "rating";
  const [low, high] = yRange;
  return low >= 0 && low <= 1 && high >= 4.5 && high <= 6 ? "stars" : "rating";
}

/** RMSE with its unit: "0.907 stars", or the bare number. */
export function formatRmse(value: Maybe, yRange?: readonly number[] | null): string {
  const text = formatNumber(value, 3);
  return text === NONE || ratingUnit(yRange) === "rating" ? text : `${text} stars`;
}

let grouped: Intl.NumberFormat | undefined;
export function formatCount(value: Maybe): string {
  if (!known(value)) return NONE;
  grouped ??= new Intl.NumberFormat(typeof navigator === "undefined" ? undefined : navigator.language);
  return grouped.format(value).replace("-", MINUS);
}

/** "1 title", "931 titles". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** Learning rates and weight decays as people type them: 5e-3, 0.1, 0. */
export function formatRate(value: Maybe): string {
  if (!known(value)) return NONE;
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(3));
  if (Math.abs(rounded) >= 0.01 && Math.abs(rounded) < 1000) return String(rounded);
  return rounded.toExponential().replace("e+", "e");
}

/** mm:ss, or h:mm:ss from an hour on. */
export function formatClock(seconds: Maybe): string {
  if (!known(seconds) || seconds < 0) return NONE;
  const whole = Math.round(seconds);
  const two = (part: number) => String(part).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${two(minutes)}:${two(whole % 60)}`;
}

/** How long an epoch took: 0.42 s below ten seconds, a clock above. */
export const formatSeconds = (seconds: Maybe): string =>
  typeof seconds === "number" && seconds < 9.995 ? `${formatNumber(seconds, 2)} s` : formatClock(seconds);

/** Time left in words, rounded to what can be believed; "" while it cannot be known. */
export function etaText(seconds: Maybe): string {
  if (!known(seconds) || seconds < 0) return "";
  if (seconds < 1) return "less than 1 s left";
  if (seconds < 10) return `about ${Math.round(seconds)} s left`;
  if (seconds < 30) return `about ${5 * Math.round(seconds / 5)} s left`;
  if (seconds < 55) return `about ${10 * Math.round(seconds / 10)} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${Math.max(1, minutes)} min left`;
  const hours = Math.floor(minutes / 60);
  return `about ${hours} h ${minutes % 60} min left`;
}

/** fastprogress's line: "3/5 · 00:36 < 00:24". */
export const progressLine = (epoch: number, epochs: number, elapsed: Maybe, left: Maybe): string =>
  `${epoch}/${epochs} · ${formatClock(elapsed)} < ${formatClock(left)}`;

export type Parsed = { ok: true; value: number } | { ok: false; reason: string };

export interface NumberRule {
  name: string;
  min: number;
  max: number;
  integer?: boolean;
}

/** A number as typed (5e-3, .01, 1 000), or the sentence that says what is wrong with it. */
export function parseNumber(text: string, { name, min, max, integer = false }: NumberRule): Parsed {
  const typed = text
    .trim()
    .replace(/[\u2212\u2013]/g, "-")
    .replace(/[\u00a0\u202f ](?=\d{3}\b)/g, "");
  if (!typed) return { ok: false, reason: `${name} is empty; type a number.` };
  if (/^-?\d+,\d+$/.test(typed)) {
    return { ok: false, reason: `${name}: write ${typed.replace(",", ".")} with a dot.` };
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(typed)) {
    return { ok: false, reason: `${name}: '${text.trim()}' is not a number; try ${integer ? "5" : "5e-3"}.` };
  }
  const value = Number(typed);
  if (integer && !Number.isInteger(value)) return { ok: false, reason: `${name} must be a whole number.` };
  if (value < min || value > max)
    return { ok: false, reason: `${name} must be between ${plain(min)} and ${plain(max)}.` };
  return { ok: true, value };
}

const plain = (value: number): string => (Number.isInteger(value) ? formatCount(value) : formatRate(value));
