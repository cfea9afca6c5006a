// What a view sees of the store: published values stand still while nobody sees the view, and catch up when somebody
// does. A view that is scrolled away or in a hidden tab so costs nothing, without knowing of it.
import { effect, type ReadonlySignal, Signal, signal } from "@preact/signals";
import type { LearnerStore } from "../store";

/** Told at once in any case: they are the page's own, not the training's. */
const OWN = new Set<keyof LearnerStore>(["shared", "views", "connection", "failure", "lookAt"]);

export function watchedStore(
  store: LearnerStore,
  visible: ReadonlySignal<boolean>,
  abort: AbortSignal,
): LearnerStore {
  const stops: (() => void)[] = [];
  const watched = Object.entries(store).map(([name, value]) =>
    value instanceof Signal && !OWN.has(name as keyof LearnerStore)
      ? [name, whileVisible(value, visible, stops)]
      : [name, value],
  );
  abort.addEventListener(
    "abort",
    () => {
      for (const stop of stops) stop();
    },
    { once: true },
  );
  return Object.fromEntries(watched);
}

function whileVisible<T>(
  source: ReadonlySignal<T>,
  visible: ReadonlySignal<boolean>,
  stops: (() => void)[],
): ReadonlySignal<T> {
  const shown = signal(source.peek());
  stops.push(
    effect(() => {
      // Unseen, it depends on nothing but being seen.
      if (visible.value) shown.value = source.value;
    }),
  );
  return shown;
}
