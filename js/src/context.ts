// What a view is given: the shared store, its own model's traits as signals, and the facts of its place on the page.
import type { AnyModel, Host } from "@anywidget/types";
import type { ReadonlySignal, Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { BoundTraits } from "./lib/bound";
import type { LearnerStore, SharedState } from "./store";

export type { AnyModel, Host };

export interface ViewContext {
  /** What is published stands still while the view is not seen. */
  store: LearnerStore;
  /** What is looked at: shared, or the view's own where it is not `linked`. `.value =` writes through. */
  shared: SharedState;
  model: AnyModel;
  el: HTMLElement;
  host: Host;
  /** Aborted when the view is removed: pass it to every listener. */
  signal: AbortSignal;
  /** A trait of the widget's own model, bound both ways; cached by name, saved once a microtask. */
  trait<T>(name: string): Signal<T>;
  /** What is made of some of its traits, made anew as they change. */
  derived: BoundTraits["derived"];
  /** Whether the widget's `controls` leave a control in. */
  shows(control: string): boolean;
  /** Whether this view speaks for all of the page to a screen reader, and what it has to say of the training. */
  speaks: ReadonlySignal<boolean>;
  speech: ReadonlySignal<string>;
  visible: ReadonlySignal<boolean>;
  /** Changes with any colour of the page's theme: what is painted must be painted anew. */
  look: ReadonlySignal<string>;
  reducedMotion: ReadonlySignal<boolean>;
  /** Width of the root in CSS pixels, as if its letters were of their usual size; 0 until it is laid out. */
  width: ReadonlySignal<number>;
}

/** Where components find the view that they are part of. */
export const Current = createContext<ViewContext | null>(null);

export const useView = (): ViewContext => useContext(Current) as ViewContext;
