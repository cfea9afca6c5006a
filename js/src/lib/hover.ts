// Which item is under the pointer, for Python.
import type { AnyModel } from "@anywidget/types";
import { effect, type ReadonlySignal, type Signal } from "@preact/signals";
import { type BoundTraits, onModel } from "./bound";

const HOVER_MS = 100;

/** Hovers stay in the browser unless they are wanted in Python: then at most ten a second, and always the last. */
export function bindHover(
  model: AnyModel,
  hovered: Signal<number | null>,
  wanted: ReadonlySignal<boolean>,
  own: BoundTraits,
  abort: AbortSignal,
): void {
  const published = own.trait<number | null>("hovered", null);
  let timer: ReturnType<typeof setTimeout> | null = null;
  const stop = effect(() => {
    void hovered.value;
    if (!wanted.value || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      published.value = hovered.peek();
    }, HOVER_MS);
  });
  onModel(model, "change:hovered", abort, () => {
    const next = (model.get("hovered") as number | null | undefined) ?? null;
    // While a throttled hover is on its way, what comes back is an older one.
    if (timer === null && next !== hovered.peek()) hovered.value = next;
  });
  abort.addEventListener(
    "abort",
    () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    },
    { once: true },
  );
}
