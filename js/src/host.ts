// The module behind LearnerStore: builds the store and mounts every view.
//
// A view is a component in views/Name.tsx, listed in VIEWS below by its kind; `useView` says what it is given.
// Its own style sheet is views/Name.css, listed in SHEETS. Every selector starts with `.cw`; colours and sizes come from
// the custom properties at the top of styles.css.
import type { AnyModel, InitializeProps, RenderProps } from "@anywidget/types";
import { computed, signal } from "@preact/signals";
import { type ComponentType, h, render } from "preact";
import { Failure } from "./components/Failure";
import { Current, type ViewContext } from "./context";
import { BoundTraits } from "./lib/bound";
import { bindHover } from "./lib/hover";
import { keepFocus } from "./lib/keepfocus";
import { onAbort } from "./lib/lifetime";
import { linkedState } from "./lib/linked";
import { adoptStyles } from "./lib/sheets";
import { detectTheme, themeColors, watchTheme } from "./lib/theme";
import { watchedStore } from "./lib/watching";
import { situation, speaker, trainingAnnouncement } from "./lib/wording";
import { createStore, type LearnerStore, type MountedView } from "./store";
import base from "./styles.css";
import { BiasTable } from "./views/BiasTable";
import biasTable from "./views/BiasTable.css";
import { Dashboard } from "./views/Dashboard";
import dashboard from "./views/Dashboard.css";
import { NeighborSearch } from "./views/NeighborSearch";
import neighborSearch from "./views/NeighborSearch.css";
import { PCAScatter } from "./views/PCAScatter";
import pcaScatter from "./views/PCAScatter.css";
import { TrainingPanel } from "./views/TrainingPanel";
import trainingPanel from "./views/TrainingPanel.css";

export default {
  initialize({ model, signal }: InitializeProps) {
    const store = createStore(model as AnyModel, signal);
    return { mount: (place: MountArguments) => mount(store, place) };
  },
};

const VIEWS: Record<string, ComponentType> = {
  TrainingPanel,
  BiasTable,
  PCAScatter,
  NeighborSearch,
  Dashboard,
};
/** Pixels of the letters that all is laid out for. */
const TEXT_SIZE = 13;
const SHEETS = [base, trainingPanel, biasTable, pcaScatter, neighborSearch, dashboard].join("\n");

export type MountArguments = Pick<RenderProps, "model" | "el" | "signal" | "host">;

/** Draw a widget's view into `el` until `signal` is aborted. */
export function mount(store: LearnerStore, { model, el, signal: abort, host }: MountArguments): void {
  if (abort.aborted) return;
  const kind = (model.get("_kind") as string | undefined) ?? "";
  const traits = new BoundTraits(model, abort);
  const root = el.ownerDocument.createElement("div");
  root.className = `cw cw-${kind}`;
  leaveKeysToTheWidget(root, abort);
  el.classList.add("cw-place");
  el.append(root);

  const place = watchPlace(root, traits);
  const reference = model.get("_store") as string | undefined;
  if (typeof reference === "string") store.watchKernel(reference);
  const { state: shared, linked } = linkedState(store.shared, traits);
  const stop = linked.subscribe((isLinked) => {
    root.toggleAttribute("data-own-filter", !isLinked);
  });
  onAbort(abort, stop);
  const wantsHover = traits.trait<boolean>("sync_hover", false);
  const mounted: MountedView = {
    kind,
    visible: place.visible,
    syncHover: computed(() => wantsHover.value && linked.value),
  };
  store.register(mounted, abort);
  const ownHover = computed(() => wantsHover.value && !linked.value);
  bindHover(shared.hovered, ownHover, traits);

  const speaks = computed(() => speaker(store.views.value) === mounted);
  const context: ViewContext = {
    store: watchedStore(store, place.visible, abort),
    shared,
    model,
    el: root,
    host,
    signal: abort,
    trait: (name) => traits.trait(name),
    derived: (names, make) => traits.derived(names, make),
    shows: (control) => {
      const listed = context.trait<readonly string[] | null>("controls").value;
      return !listed || listed.includes(control);
    },
    speaks,
    speech: computed(() => (speaks.value ? trainingAnnouncement(situation(store), store.history.value) : "")),
    ...place,
  };
  root.addEventListener("keydown", keepKeys, { signal: abort });
  keepFocus(root, abort);
  const View = VIEWS[kind];
  if (View) render(h(Current.Provider, { value: context, children: h(Failure, null, h(View, null)) }), root);
  else
    render(
      h("p", { role: "alert" }, `This bundle has no view called '${kind}'. Is the package half updated?`),
      root,
    );
  onAbort(abort, () => {
    render(null, root);
    root.remove();
  });
}

/** JupyterLab and Notebook run no shortcut for a key whose target says so, or what is around it. The target must say it
 * itself: Notebook looks for `:focus` first, from the target outwards, and would cut the cell for an x on a row. */
function leaveKeysToTheWidget(root: HTMLElement, abort: AbortSignal): void {
  const mark = (element: Element) => element.setAttribute("data-lm-suppress-shortcuts", "true");
  mark(root);
  root.addEventListener("focusin", (event) => mark(event.target as Element), { signal: abort });
}

/** Keys typed here are not the notebook's; what nobody here wanted (Escape, Tab, shortcuts) goes on to the host. */
function keepKeys(event: KeyboardEvent): void {
  const hosts = event.ctrlKey || event.metaKey || /^(Escape|Tab|F\d+)$/.test(event.key);
  if (event.defaultPrevented || !hosts) event.stopPropagation();
}

type Place = Pick<ViewContext, "visible" | "look" | "reducedMotion" | "width">;

function watchPlace(root: HTMLElement, traits: BoundTraits): Place {
  const { signal: abort } = traits;
  const width = signal(0);
  const visible = signal(false);
  const seen = traits.trait<boolean>("_visible", false);
  const look = signal("");
  const reducedMotion = signal(false);
  const wantedTheme = traits.trait<string>("theme", "auto");
  const wantedMotion = traits.trait<string>("reduced_motion", "auto");

  const readTheme = () => {
    const wanted = wantedTheme.peek();
    root.dataset.theme = detectTheme(root, wanted);
    // A theme the user chose against the page's must not take the page's colours.
    root.toggleAttribute("data-own-colors", wanted !== "auto");
    look.value = themeColors(root);
  };
  const motion = root.ownerDocument.defaultView?.matchMedia?.("(prefers-reduced-motion: reduce)");
  const readMotion = () => {
    const wanted = wantedMotion.peek();
    reducedMotion.value = wanted === "on" || (wanted === "auto" && Boolean(motion?.matches));
    root.toggleAttribute("data-still", reducedMotion.value);
  };
  onAbort(abort, wantedTheme.subscribe(readTheme), wantedMotion.subscribe(readMotion));
  const watchAround = watchTheme(root, abort, readTheme);
  motion?.addEventListener("change", readMotion, { signal: abort });

  adoptStyles(root, SHEETS, abort);
  const sizes = new ResizeObserver((entries) => {
    // Jupyter renders before it attaches: only now is it known which root the styles belong to, and which theme.
    adoptStyles(root, SHEETS, abort);
    watchAround();
    readTheme();
    // Twice as large letters leave half the room.
    const letters = Number.parseFloat(getComputedStyle(root).fontSize) / TEXT_SIZE || 1;
    width.value = entries[entries.length - 1].contentRect.width / letters;
  });
  sizes.observe(root);
  const see = () => {
    visible.value = onScreen && root.ownerDocument.visibilityState === "visible";
    seen.value = visible.value;
  };
  let onScreen = false;
  const sight = new IntersectionObserver((entries) => {
    onScreen = entries[entries.length - 1].isIntersecting;
    see();
  });
  sight.observe(root);
  root.ownerDocument.addEventListener("visibilitychange", see, { signal: abort });
  onAbort(abort, () => {
    sizes.disconnect();
    sight.disconnect();
  });
  return { visible, look, reducedMotion, width };
}
