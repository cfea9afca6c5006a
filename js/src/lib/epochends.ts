// What stood at the end of the epoch before: kept as training goes by, to say what has moved since.

/** How many are kept: where weights of an earlier epoch are put back, the end of the one before that is asked for. */
const MOST_ENDS = 8;

/** Remembers values at whole epochs of a run. Before the first epoch there is nothing to compare with. */
export class EpochEnds<T> {
  #run: unknown = null;
  #ends: { epoch: number; values: T }[] = [];

  /** Takes note of what is shown now; returns the last epoch's end before it, or null. */
  note(values: T, epoch: number, run: unknown) {
    if (run !== this.#run) this.#ends = [];
    this.#run = run;
    const whole = Math.round(epoch);
    const ends = this.#ends.filter((end) => end.epoch < epoch - 1e-6);
    const before = ends.at(-1) ?? null;
    if (whole >= 1 && Math.abs(epoch - whole) < 1e-6) ends.push({ epoch: whole, values });
    this.#ends = ends.slice(-MOST_ENDS);
    return before;
  }
}
