// The loss of single batches as a curve, and the curve smoothed.

/** float32 columns of equal length; x in epochs. */
export interface CurvePoints {
  x: Float32Array;
  loss: Float32Array;
}

/** Pairs x, loss, x, loss … as columns. */
export function curveOf(pairs: Float32Array): CurvePoints {
  return { x: pairs.filter((_, i) => i % 2 === 0), loss: pairs.filter((_, i) => i % 2 === 1) };
}

export function appended(curve: CurvePoints, more: CurvePoints): CurvePoints {
  return {
    x: Float32Array.from([...curve.x, ...more.x]),
    loss: Float32Array.from([...curve.loss, ...more.loss]),
  };
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
