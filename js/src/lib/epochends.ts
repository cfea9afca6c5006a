// What stood at the end of the epoch before: kept as training goes by, to say what has moved since.

export interface EpochEnd<T> {
  epoch: number;
  values: T;
}

/** Remembers values at whole epochs of a run. Before the first epoch there is nothing to compare with. */
export class EpochEnds<T> {
  #run: unknown = null;
  #last: EpochEnd<T> | null = null;
  #before: EpochEnd<T> | null = null;

  /** Takes note of what is shown now; returns the last epoch's end before it, or null. */
  note(values: T, epoch: number, run: unknown): EpochEnd<T> | null {
    if (run !== this.#run || (this.#last && epoch < this.#last.epoch)) {
      this.#run = run;
      this.#last = null;
      this.#before = null;
    }
    const whole = Math.round(epoch);
    if (whole >= 1 && Math.abs(epoch - whole) < 1e-6) {
      if (this.#last && whole > this.#last.epoch) this.#before = this.#last;
      this.#last = { epoch: whole, values };
    }
    return this.#last && epoch > this.#last.epoch ? this.#last : this.#before;
  }
}
