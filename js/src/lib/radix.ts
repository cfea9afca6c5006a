// Sorting rows by 32-bit keys, stable and in linear time: a comparison sort of a million rows would be felt.

const BITS = 11;
const DIGITS = 1 << BITS;

/** Rows in ascending order of `keys[row]`, equal keys in the order given. */
export function sortedByKey(rows: Int32Array, keys: Uint32Array): Int32Array {
  const n = rows.length;
  let from = Int32Array.from(rows);
  let to = new Int32Array(n);
  // Keys travel with their rows: reading them row by row would miss the cache each time.
  let fromKeys = new Uint32Array(n);
  let toKeys = new Uint32Array(n);
  for (let i = 0; i < n; i++) fromKeys[i] = keys[from[i]];
  for (let shift = 0; shift < 32; shift += BITS) {
    const starts = new Int32Array(DIGITS + 1);
    for (let i = 0; i < n; i++) starts[((fromKeys[i] >>> shift) & (DIGITS - 1)) + 1]++;
    if (starts.includes(n)) continue; // all have this digit in common
    for (let digit = 1; digit <= DIGITS; digit++) starts[digit] += starts[digit - 1];
    for (let i = 0; i < n; i++) {
      const key = fromKeys[i];
      const at = starts[(key >>> shift) & (DIGITS - 1)]++;
      to[at] = from[i];
      toKeys[at] = key;
    }
    [from, to] = [to, from];
    [fromKeys, toKeys] = [toKeys, fromKeys];
  }
  return from;
}

/** Keys that order as the numbers do (taken as float32: whole ones exactly up to 2²⁴), ascending or descending; NaN comes last either way. */
export function numberKeys(values: ArrayLike<number>, ascending: boolean): Uint32Array {
  const numbers = new Float32Array(values.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = values[i] + 0; // -0 becomes 0
  const keys = new Uint32Array(numbers.buffer);
  for (let i = 0; i < keys.length; i++) {
    if (Number.isNaN(numbers[i])) {
      keys[i] = 0xffffffff;
      continue;
    }
    const bits = keys[i];
    const key = bits & 0x80000000 ? ~bits : bits | 0x80000000;
    keys[i] = ascending ? key : ~key;
  }
  return keys;
}
