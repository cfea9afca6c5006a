// The state a view looks at: the store's while the view is linked, else its own. `linked` may change at any time.
import { effect, type Signal, signal, untracked } from "@preact/signals";
import { MIN_COUNT_MS, type SharedState } from "../store";
import { type BoundTraits, type RawModel, rawModel, sameJson } from "./bound";
import { onAbort } from "./lifetime";

/** Whether a view's search is that of all linked views: of tables of titles and of maps. */
function searchesTitles(traits: BoundTraits): () => boolean {
  const view = traits.model.get("_kind");
  if (view !== "BiasTable") return () => view === "PCAScatter";
  const kind = traits.trait<string>("kind", "items");
  return () => kind.value === "items";
}

export function linkedState(shared: SharedState, traits: BoundTraits) {
  const { model, signal: abort } = traits;
  const linked = traits.trait<boolean>("linked", true);
  const raw = signal<RawModel | null>(null);
  const reference = model.get("_ref") as string | undefined;
  if (reference)
    rawModel(model, reference, (found) => {
      if (!abort.aborted) raw.value = found;
    });
  const keep = (...effects: (() => void)[]) => onAbort(abort, ...effects.map((each) => effect(each)));
  const isLinked = () => linked.value;

  /** One signal that is the shared one while `shares` says so, and else the view's own. */
  const either = <T>(shares: () => boolean, all: Signal<T>, own: Signal<T>): Signal<T> => {
    const source = () => (shares() ? all : own);
    const shown = signal<T>(untracked(source).peek());
    keep(
      () => {
        shown.value = source().value;
      },
      () => {
        const { value } = shown;
        untracked(() => {
          source().value = value;
        });
      },
    );
    return shown;
  };
  /** The view's own model has what is shared too, so that `jslink` hears of it and may set it. */
  const bind = <T>(name: string, all: Signal<T>, fallback: T, delay = 0, shares = isLinked): Signal<T> => {
    const own = traits.trait<T>(name, fallback, delay);
    keep(
      () => {
        const { value } = all;
        if (raw.value && shares() && !sameJson(own.peek(), value)) raw.value.set_state?.({ [name]: value });
      },
      // After the one above: by then the model has no older value than all have.
      () => {
        const { value } = own;
        untracked(() => {
          if (raw.value && shares() && !sameJson(value, all.value)) all.value = value;
        });
      },
    );
    return either(shares, all, own);
  };
  const ofTitles = searchesTitles(traits);
  const state: SharedState = {
    hovered: either(isLinked, shared.hovered, signal<number | null>(null)),
    selection: bind<number[]>("selection", shared.selection, []),
    primary: bind<number | null>("primary", shared.primary, null),
    pinned: bind<number | null>("pinned", shared.pinned, null),
    minCount: bind<number>("min_count", shared.minCount, 20, MIN_COUNT_MS),
    query: bind<string>("query", shared.query, "", 0, () => linked.value && ofTitles()),
  };
  return { state, linked };
}
