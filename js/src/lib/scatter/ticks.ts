// Round numbers along an axis.

export interface Ticks {
  values: number[];
  /** Decimals that tell neighbouring values apart. */
  digits: number;
  /** What is written at them, where it is not themselves. */
  texts?: string[];
}

/** Multiples of 1, 2 or 5 · 10ⁿ within [lo, hi], about `count` of them. */
export function ticks(lo: number, hi: number, count: number): Ticks {
  const span = hi - lo;
  if (!(span > 0) || !Number.isFinite(span) || count < 1) return { values: [], digits: 0 };
  const rough = span / count;
  const power = Math.floor(Math.log10(rough));
  const lead = rough / 10 ** power;
  // The borders are the geometric means between 1, 2, 5 and 10.
  const times = lead < Math.SQRT2 ? 1 : lead < Math.sqrt(10) ? 2 : lead < Math.sqrt(50) ? 5 : 10;
  const exponent = times === 10 ? power + 1 : power;
  const unit = times === 10 ? 1 : times;
  // Small steps are taken as a division: 3 / 10 is 0.3, 3 * 0.1 is not.
  const at =
    exponent >= 0 ? (i: number) => i * unit * 10 ** exponent : (i: number) => (i * unit) / 10 ** -exponent;
  const step = unit * 10 ** exponent;
  const values: number[] = [];
  for (let i = Math.ceil(lo / step - 1e-9); i <= Math.floor(hi / step + 1e-9); i++) values.push(at(i) + 0);
  return { values, digits: Math.max(0, -exponent) };
}

/** A tick's text with a true minus sign. */
export function tickText(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
