// Which item is under the pointer, for Python.
import { effect, type ReadonlySignal, type Signal } from "@preact/signals";
import type { BoundTraits } from "./bound";
import { onAbort } from "./lifetime";

const HOVER_MS = 100;

/** Hovers stay in the browser unless they are wanted in Python: then at most ten a second, and always the last. */
export function bindHover(hovered: Signal<number | null>, wanted: ReadonlySignal<boolean>, own: BoundTraits) {
  const published = own.trait<number | null>("hovered", null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    void hovered.value;
    if (!wanted.value || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      published.value = hovered.peek();
    }, HOVER_MS);
  });
  own.listen("change:hovered", () => {
    const next = (own.model.get("hovered") as number | null | undefined) ?? null;
    // While a throttled hover is on its way, what comes back is an older one.
    if (!timer && next !== hovered.peek()) hovered.value = next;
  });
  onAbort(own.signal, stop, () => clearTimeout(timer));
}
