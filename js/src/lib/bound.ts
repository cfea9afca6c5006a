// Traits of a model as signals, bound both ways; writes are collected and saved once.
import type { AnyModel } from "@anywidget/types";
import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { onAbort } from "./lifetime";

/** Deep equality of JSON values: what two writers compare before they set. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => sameJson(value, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Two-way traits of one model. */
export class BoundTraits {
  #model: AnyModel;
  #signal: AbortSignal;
  #onFailure: (error: unknown) => void;
  #cache = new Map<string, Signal<unknown>>();
  #due: ReturnType<typeof setTimeout> | undefined;
  #queued = false;

  constructor(model: AnyModel, abort: AbortSignal, onFailure: (error: unknown) => void = () => {}) {
    this.#model = model;
    this.#signal = abort;
    this.#onFailure = onFailure;
  }

  /** What Python has as None is null. `delay` ms: for values that move under a finger, the last one is saved after it has rested that long. */
  trait<T>(name: string, fallback?: T, delay = 0): Signal<T> {
    const known = this.#cache.get(name);
    if (known) return known as Signal<T>;
    const read = () => (this.#model.get(name) ?? fallback ?? null) as T;
    const bound = signal<T>(read());
    this.#cache.set(name, bound as Signal<unknown>);
    onModel(this.#model, `change:${name}`, this.#signal, () => {
      const next = read();
      if (!sameJson(bound.peek(), next)) bound.value = next;
    });
    const stop = bound.subscribe((value) => {
      if (this.#signal.aborted || sameJson(value, read())) return;
      this.#model.set(name, value);
      this.#save(delay);
    });
    onAbort(this.#signal, stop);
    return bound;
  }

  #save(delay: number): void {
    if (delay > 0) {
      clearTimeout(this.#due);
      this.#due = setTimeout(() => this.flush(), delay);
    } else if (!this.#queued) {
      this.#queued = true;
      queueMicrotask(() => this.flush());
    }
  }

  /** Save at once what waits to be saved. */
  flush(): void {
    if (this.#due === undefined && !this.#queued) return;
    this.#queued = false;
    clearTimeout(this.#due);
    this.#due = undefined;
    if (this.#signal.aborted) return;
    try {
      this.#model.save_changes();
    } catch (error) {
      this.#onFailure(error);
    }
  }
}

/** Listen to a model until the signal is aborted. */
export function onModel(
  model: AnyModel,
  event: string,
  abort: AbortSignal,
  listen: (...args: unknown[]) => void,
): void {
  if (abort.aborted) return;
  model.on(event, listen);
  onAbort(abort, () => model.off(event, listen));
}

/** By model, what is to be done after the message that is being read. */
const due = new WeakMap<AnyModel, Set<() => void>>();

/** Run `apply` once after all traits of one message have changed, in one batch with all others of the model. */
export function onTraits(
  model: AnyModel,
  names: readonly string[],
  abort: AbortSignal,
  apply: () => void,
): void {
  const run = () => {
    if (!abort.aborted) apply();
  };
  const later = () => {
    const waiting = due.get(model);
    if (waiting) {
      waiting.add(run);
      return;
    }
    const all = new Set([run]);
    due.set(model, all);
    queueMicrotask(() => {
      due.delete(model);
      batch(() => {
        for (const each of all) each();
      });
    });
  };
  for (const name of names) onModel(model, `change:${name}`, abort, later);
}

/** What `make` makes of some traits, made anew as they change. */
export function derived<T>(
  model: AnyModel,
  names: readonly string[],
  abort: AbortSignal,
  make: (previous?: T) => T,
): ReadonlySignal<T> {
  const value = signal<T>(make());
  onTraits(model, names, abort, () => {
    value.value = make(value.peek());
  });
  return value;
}

/** Jupyter's own model of a widget, which knows more than the one handed to a view. */
export interface RawModel {
  comm_live?: boolean;
  /** Tells the page of values without telling the kernel again. */
  set_state?(state: Record<string, unknown>): void;
}

/** Look up the model behind a reference; `found` is never called where the host has none. */
export function rawModel(model: AnyModel, reference: string, found: (raw: RawModel) => void): void {
  const manager = model.widget_manager as AnyModel["widget_manager"] | undefined;
  manager?.get_model?.(reference.replace(/^(anywidget:|IPY_MODEL_)/, "")).then(
    (raw) => found(raw as RawModel),
    () => {},
  );
}
