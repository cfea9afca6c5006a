// The last of several wishes: while one is carried out, of those that come only the newest is kept.

export class Latest<T> {
  readonly #carryOut: (wish: T) => Promise<unknown>;
  #busy = false;
  #next: { wish: T } | null = null;

  constructor(carryOut: (wish: T) => Promise<unknown>) {
    this.#carryOut = carryOut;
  }

  /** Carry it out now, or as soon as the one under way has ended and no newer one has come. */
  async offer(wish: T): Promise<void> {
    this.#next = { wish };
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#next) {
        const { wish: now } = this.#next;
        this.#next = null;
        await this.#carryOut(now);
      }
    } finally {
      this.#busy = false;
    }
  }
}
