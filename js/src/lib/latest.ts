// The last of several wishes: while one is carried out, of those that come only the newest is kept.

/** Carries a wish out now, or as soon as the one under way has ended and no newer one has come. */
export function latest<T>(carryOut: (wish: T) => Promise<unknown>): (wish: T) => Promise<void> {
  let busy = false;
  let next: { wish: T } | null = null;
  return async (wish) => {
    next = { wish };
    if (busy) return;
    busy = true;
    try {
      while (next) {
        const { wish: now } = next;
        next = null;
        await carryOut(now);
      }
    } finally {
      busy = false;
    }
  };
}
