// The state a view looks at: the store's while the view is linked, else its own. `linked` may change at any time.
import { effect, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type { AnyModel } from "../context";
import type { SharedState } from "../store";
import { type BoundTraits, sameJson } from "./bound";

const MIN_COUNT_MS = 150;

/** Jupyter's own model, to be told of a value without the kernel being told again. */
interface RawModel {
  set_state?(state: Record<string, unknown>): void;
}

export interface Linked {
  state: SharedState;
  linked: ReadonlySignal<boolean>;
}

/** Whether a view's search is that of all linked views: of tables of titles and of maps. */
function searchesTitles(model: AnyModel, traits: BoundTraits): () => boolean {
  const view = model.get("_kind");
  if (view === "PCAScatter") return () => true;
  if (view !== "BiasTable") return () => false;
  const kind = traits.trait<string>("kind", "items");
  return () => kind.value === "items";
}

export function linkedState(
  shared: SharedState,
  traits: BoundTraits,
  model: AnyModel,
  abort: AbortSignal,
): Linked {
  const linked = traits.trait<boolean>("linked", true);
  const raw = signal<RawModel | null>(null);
  const reference = model.get("_ref") as string | undefined;
  const manager = model.widget_manager as AnyModel["widget_manager"] | undefined;
  if (reference)
    manager?.get_model?.(reference.replace(/^anywidget:/, "")).then(
      (found) => {
        if (!abort.aborted) raw.value = found as unknown as RawModel;
      },
      () => {},
    );
  const stops: (() => void)[] = [];
  abort.addEventListener(
    "abort",
    () => {
      for (const stop of stops) stop();
    },
    { once: true },
  );

  const isLinked = () => linked.value;
  const ofTitles = searchesTitles(model, traits);
  const bind = <T>(name: string, all: Signal<T>, fallback: T, delay = 0, joined = isLinked): Signal<T> => {
    const own = traits.trait<T>(name, fallback, delay);
    stops.push(...mirror(name, all, own, joined, raw));
    return either(joined, all, own, stops);
  };
  const ownHover = signal<number | null>(null);
  return {
    state: {
      hovered: either(isLinked, shared.hovered, ownHover, stops),
      selection: bind<number[]>("selection", shared.selection, []),
      primary: bind<number | null>("primary", shared.primary, null),
      pinned: bind<number | null>("pinned", shared.pinned, null),
      minCount: bind<number>("min_count", shared.minCount, 20, MIN_COUNT_MS),
      query: bind<string>("query", shared.query, "", 0, () => linked.value && ofTitles()),
    },
    linked,
  };
}

/** One signal that is the shared one while `shares` says so, and else the view's own. */
function either<T>(shares: () => boolean, all: Signal<T>, own: Signal<T>, stops: (() => void)[]): Signal<T> {
  const source = () => (shares() ? all : own);
  const shown = signal<T>(untracked(source).peek());
  stops.push(
    effect(() => {
      shown.value = source().value;
    }),
    effect(() => {
      const { value } = shown;
      untracked(() => {
        source().value = value;
      });
    }),
  );
  return shown;
}

/** The view's own model has what is shared too, so that `jslink` hears of it and may set it. */
function mirror<T>(
  name: string,
  all: Signal<T>,
  own: Signal<T>,
  shares: () => boolean,
  raw: ReadonlySignal<RawModel | null>,
): (() => void)[] {
  return [
    effect(() => {
      const model = raw.value;
      const { value } = all;
      if (model && shares() && !sameJson(own.peek(), value)) model.set_state?.({ [name]: value });
    }),
    // After the one above: by then the model has no older value than all have.
    effect(() => {
      const { value } = own;
      untracked(() => {
        if (raw.value && shares() && !sameJson(value, all.value)) all.value = value;
      });
    }),
  ];
}
