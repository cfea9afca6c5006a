// A model in memory with the methods an anywidget sees, and a host that finds widgets by reference.
import type { AnyModel, Host } from "@anywidget/types";

type Listener = (...args: unknown[]) => void;

export interface Sent {
  content: Record<string, unknown>;
}

export class ShimModel {
  state: Record<string, unknown>;
  sent: Sent[] = [];
  saves = 0;
  /** What a kernel would do with a message; throw to be a dead one. */
  onSend: (content: Record<string, unknown>) => void = () => {};
  #listeners = new Map<string, Set<Listener>>();

  constructor(state: Record<string, unknown>) {
    this.state = state;
  }

  get = (name: string): unknown => this.state[name];
  set = (name: string, value: unknown): void => this.update({ [name]: value });
  save_changes = (): void => {
    this.saves++;
  };
  send = (content: Record<string, unknown>): void => {
    this.onSend(content);
    this.sent.push({ content });
  };
  on = (event: string, listener: Listener): void => {
    const known = this.#listeners.get(event) ?? new Set();
    known.add(listener);
    this.#listeners.set(event, known);
  };
  off = (event?: string | null, listener?: Listener | null): void => {
    if (event && listener) this.#listeners.get(event)?.delete(listener);
    else if (event) this.#listeners.delete(event);
    else this.#listeners.clear();
  };

  /** Several traits in one message, as Backbone does it: all set first, then the events. */
  update(values: Record<string, unknown>): void {
    const changed = Object.keys(values).filter((name) => this.state[name] !== values[name]);
    Object.assign(this.state, values);
    for (const name of changed) this.trigger(`change:${name}`);
  }

  receive(content: Record<string, unknown>, buffers: DataView[] = []): void {
    this.trigger("msg:custom", content, buffers);
  }

  trigger(event: string, ...args: unknown[]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(...args);
  }

  listeners(): number {
    return [...this.#listeners.values()].reduce((sum, known) => sum + known.size, 0);
  }

  asModel(): AnyModel {
    return this as unknown as AnyModel;
  }
}

export type Renderer = (place: { el: HTMLElement; signal: AbortSignal }) => void;

export function shimHost(widgets: Record<string, Renderer>): Host {
  return {
    getWidget: async (ref: string) => ({
      exports: undefined,
      render: async ({ el, signal }: { el: HTMLElement; signal?: AbortSignal }) => {
        const render = widgets[ref];
        if (!render) throw new Error(`no widget ${ref}`);
        render({ el, signal: signal ?? new AbortController().signal });
      },
    }),
    getModel: async () => {
      throw new Error("the shim has no models to give");
    },
  } as unknown as Host;
}
