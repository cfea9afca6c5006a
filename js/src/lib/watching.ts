// What a view sees of the store: while a training runs and nobody sees the view, published values stand still, and catch
// up when somebody does or the training is over. A view that is scrolled away or in a hidden tab so costs nothing,
// without knowing of it, and is ready for whoever comes by the Tab key.
import { computed, effect, type ReadonlySignal, Signal, signal } from "@preact/signals";
import type { LearnerStore } from "../store";
import { onAbort } from "./lifetime";

/** Told at once in any case: they are the page's own, not the training's, or change only as it begins and ends. */
const OWN = new Set<keyof LearnerStore>([
  "shared",
  "views",
  "connection",
  "failure",
  "failureDetail",
  "lookAt",
  "status",
]);

export function watchedStore(store: LearnerStore, visible: ReadonlySignal<boolean>, abort: AbortSignal) {
  const due = computed(() => visible.value || store.status.value !== "training");
  const whileDue = <T>(source: ReadonlySignal<T>): ReadonlySignal<T> => {
    const shown = signal(source.peek());
    // Where it is not due, it depends on nothing but that.
    const stop = effect(() => {
      if (due.value) shown.value = source.value;
    });
    onAbort(abort, stop);
    return shown;
  };
  const watched = Object.entries(store).map(([name, value]) =>
    value instanceof Signal && !OWN.has(name as keyof LearnerStore)
      ? [name, whileDue(value as ReadonlySignal<unknown>)]
      : [name, value],
  );
  return Object.fromEntries(watched) as LearnerStore;
}
