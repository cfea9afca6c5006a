// Long work in short slices: a generator is run for a few milliseconds at a time, with the page's turn in between.
import { type ReadonlySignal, signal } from "@preact/signals";

/** Longer than this no slice takes, if no step of the work does. */
export const SLICE_MS = 12;

export class SlicedWork<T> {
  readonly #work: Generator<void, T>;
  readonly #result = signal<T | null>(null);
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Runs the first slice at once, so that short work is done when the constructor returns. */
  constructor(work: Generator<void, T>) {
    this.#work = work;
    this.#slice();
  }

  /** What the work returned; null until it has. */
  get result(): ReadonlySignal<T | null> {
    return this.#result;
  }

  /** Do the rest now. */
  finish(): T {
    this.stop();
    while (this.#result.peek() === null) this.#step();
    return this.#result.peek() as T;
  }

  /** The rest as a part of other work. */
  *within(): Generator<void, T> {
    while (this.#result.peek() === null) {
      this.#step();
      yield;
    }
    return this.#result.peek() as T;
  }

  /** Give up; what is done stays done. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #slice(): void {
    this.#timer = null;
    const end = performance.now() + SLICE_MS;
    do {
      if (this.#step()) return;
    } while (performance.now() < end);
    this.#timer = setTimeout(() => this.#slice(), 0);
  }

  #step(): boolean {
    if (this.#result.peek() !== null) return true;
    const { done, value } = this.#work.next();
    if (done) this.#result.value = value as T;
    return Boolean(done);
  }
}

/** `make` for each object once, as long as the object lives. */
export function onceFor<Key extends object, Rest extends unknown[], Value>(
  make: (key: Key, ...rest: Rest) => Value,
): (key: Key, ...rest: Rest) => Value {
  const made = new WeakMap<Key, Value>();
  return (key, ...rest) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key, ...rest);
      made.set(key, value);
    }
    return value;
  };
}
