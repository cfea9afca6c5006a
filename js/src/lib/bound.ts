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

/** By model, what is to be done after the message that is being read. */
const due = new WeakMap<AnyModel, Set<() => void>>();

/** Traits of one model, until the signal is aborted. */
export class BoundTraits {
  #cache = new Map<string, Signal<unknown>>();
  #due: ReturnType<typeof setTimeout> | undefined;
  #queued = false;

  constructor(
    readonly model: AnyModel,
    readonly signal: AbortSignal,
    private readonly onFailure: (error: unknown) => void = () => {},
  ) {}

  /** What Python has as None is null. `delay` ms: for values that move under a finger, the last one is saved after it has rested that long. */
  trait<T>(name: string, fallback?: T, delay = 0): Signal<T> {
    const known = this.#cache.get(name);
    if (known) return known as Signal<T>;
    const read = () => (this.model.get(name) ?? fallback ?? null) as T;
    const bound = signal<T>(read());
    this.#cache.set(name, bound as Signal<unknown>);
    this.listen(`change:${name}`, () => {
      const next = read();
      if (!sameJson(bound.peek(), next)) bound.value = next;
    });
    const stop = bound.subscribe((value) => {
      if (this.signal.aborted || sameJson(value, read())) return;
      this.model.set(name, value);
      this.#save(delay);
    });
    onAbort(this.signal, stop);
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
    if (this.signal.aborted) return;
    try {
      this.model.save_changes();
    } catch (error) {
      this.onFailure(error);
    }
  }

  listen(event: string, heard: (...args: unknown[]) => void): void {
    if (this.signal.aborted) return;
    this.model.on(event, heard);
    onAbort(this.signal, () => this.model.off(event, heard));
  }

  /** Run `apply` once after all traits of one message have changed, in one batch with all others of the model. */
  follow(names: readonly string[], apply: () => void): void {
    const run = () => {
      if (!this.signal.aborted) apply();
    };
    const later = () => {
      const waiting = due.get(this.model);
      if (waiting) {
        waiting.add(run);
        return;
      }
      const all = new Set([run]);
      due.set(this.model, all);
      queueMicrotask(() => {
        due.delete(this.model);
        batch(() => {
          for (const each of all) each();
        });
      });
    };
    for (const name of names) this.listen(`change:${name}`, later);
  }

  /** What `make` makes of some traits, made anew as they change. */
  derived<T>(names: readonly string[], make: (previous?: T) => T): ReadonlySignal<T> {
    const value = signal<T>(make());
    this.follow(names, () => {
      value.value = make(value.peek());
    });
    return value;
  }
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
