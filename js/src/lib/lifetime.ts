// What ends with a view or a store: its signal is aborted.

/** Call each of `ends` once the signal is aborted. */
export function onAbort(signal: AbortSignal, ...ends: (() => void)[]): void {
  signal.addEventListener(
    "abort",
    () => {
      for (const end of ends) end();
    },
    { once: true },
  );
}
