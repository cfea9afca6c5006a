// A growing loss curve that stays small: when it has too many points, each bucket keeps its lowest and highest.

/** float32 columns of equal length; x in epochs. */
export interface CurvePoints {
  x: Float32Array;
  loss: Float32Array;
}

const MOST = 4000;
const KEPT = 2000;

/** Min–max decimation to at most `most` points: first, last and the extremes of every bucket stay. */
export function decimate({ x, loss }: CurvePoints, most: number): CurvePoints {
  const n = x.length;
  if (n <= most || most < 4) return { x, loss };
  const buckets = Math.floor((most - 2) / 2);
  const kept: number[] = [0];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = 1 + Math.floor((bucket * (n - 2)) / buckets);
    const to = 1 + Math.floor(((bucket + 1) * (n - 2)) / buckets);
    let low = -1;
    let high = -1;
    for (let i = from; i < to; i++) {
      if (Number.isNaN(loss[i])) continue;
      if (low < 0 || loss[i] < loss[low]) low = i;
      if (high < 0 || loss[i] > loss[high]) high = i;
    }
    if (low < 0) continue;
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  kept.push(n - 1);
  return { x: Float32Array.from(kept, (i) => x[i]), loss: Float32Array.from(kept, (i) => loss[i]) };
}

/** `smoothing` 0.6 keeps 0.6 of the past over a 25th of an epoch, or a 125th of a longer run, however dense its points. */
const PER_EPOCH = 25;
const PER_RUN = 125;

/**
 * Exponential moving average along x with `smoothing` (0 to 0.99), corrected for its start as Adam's is: the first
 * value is the first point's own. Weights follow the distance in x, so that decimated curves look as the full ones.
 */
export function smooth({ x, loss }: CurvePoints, smoothing: number): Float32Array {
  const out = new Float32Array(loss.length);
  const stretches = Math.min(PER_EPOCH, PER_RUN / (x[x.length - 1] || 1));
  let mean = 0;
  let weight = 0;
  for (let i = 0; i < loss.length; i++) {
    if (Number.isFinite(loss[i])) {
      const step = i ? Math.max(0, x[i] - x[i - 1]) : x.length > 1 ? Math.max(0, x[1] - x[0]) : 1;
      const kept = smoothing <= 0 ? 0 : smoothing ** (step * stretches);
      // Points at one x would weigh nothing: each has at least a little of its own.
      const share = Math.max(1 - kept, smoothing <= 0 ? 1 : 1e-4);
      mean = (1 - share) * mean + share * loss[i];
      weight = (1 - share) * weight + share;
    }
    out[i] = weight > 0 ? mean / weight : Number.NaN;
  }
  return out;
}

export class Curve {
  run = 0;
  #x: Float32Array = new Float32Array(256);
  #loss: Float32Array = new Float32Array(256);
  #n = 0;

  /** The last x, or −Infinity. */
  get end(): number {
    return this.#n ? this.#x[this.#n - 1] : Number.NEGATIVE_INFINITY;
  }

  replace(pairs: Float32Array, run: number): void {
    this.#n = 0;
    this.run = run;
    this.append(pairs);
  }

  append(pairs: Float32Array): void {
    const more = Math.floor(pairs.length / 2);
    this.#reserve(this.#n + more);
    for (let i = 0; i < more; i++) {
      this.#x[this.#n + i] = pairs[2 * i];
      this.#loss[this.#n + i] = pairs[2 * i + 1];
    }
    this.#n += more;
    if (this.#n > MOST) {
      const kept = decimate(this.points(), KEPT);
      this.#x.set(kept.x);
      this.#loss.set(kept.loss);
      this.#n = kept.x.length;
    }
  }

  /** A copy, so that what was handed out does not change under its reader. */
  points(): CurvePoints {
    return { x: this.#x.slice(0, this.#n), loss: this.#loss.slice(0, this.#n) };
  }

  #reserve(n: number): void {
    if (n <= this.#x.length) return;
    const size = Math.max(n, 2 * this.#x.length);
    const x = new Float32Array(size);
    const loss = new Float32Array(size);
    x.set(this.#x.subarray(0, this.#n));
    loss.set(this.#loss.subarray(0, this.#n));
    this.#x = x;
    this.#loss = loss;
  }
}
