// What was looked at before, for as long as no kernel remembers it: steps to go back and forth, of whichever signals.
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";

const STEPS = 100;
const GESTURE_MS = 300; // changes that follow each other so closely are one step

type Step = Map<Signal<unknown>, { before: unknown; after: unknown }>;

export class PageHistory {
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
  #done = signal<readonly Step[]>([]);
  #undone = signal<readonly Step[]>([]);
  #followed = new WeakSet<Signal<unknown>>();
  #active: ReadonlySignal<boolean>;
  #clock: () => number;
  #replaying = false;
  #recordedAt = Number.NEGATIVE_INFINITY;

  /** Changes are remembered while it is `active`, and forgotten when it no longer is. */
  constructor(active: ReadonlySignal<boolean>, abort: AbortSignal, clock = () => performance.now()) {
    this.canUndo = computed(() => this.#done.value.length > 0);
    this.canRedo = computed(() => this.#undone.value.length > 0);
    this.#active = active;
    this.#clock = clock;
    const stop = active.subscribe((on) => {
      if (!on) this.#set([], []);
    });
    abort.addEventListener("abort", stop, { once: true });
  }

  /** Remember the changes of a signal; a second time makes no difference. */
  follow(looked: Signal<unknown>, abort: AbortSignal): void {
    if (abort.aborted || this.#followed.has(looked)) return;
    this.#followed.add(looked);
    let before = looked.peek();
    const stop = looked.subscribe((after) => {
      if (!Object.is(before, after)) this.#record(looked, before, after);
      before = after;
    });
    abort.addEventListener("abort", stop, { once: true });
  }

  undo(): void {
    const step = this.#done.peek().at(-1);
    if (step) this.#replay(step, "before", this.#done.peek().slice(0, -1), [...this.#undone.peek(), step]);
  }

  redo(): void {
    const step = this.#undone.peek().at(-1);
    if (step) this.#replay(step, "after", [...this.#done.peek(), step], this.#undone.peek().slice(0, -1));
  }

  #record(looked: Signal<unknown>, before: unknown, after: unknown): void {
    if (this.#replaying || !this.#active.peek()) return;
    const now = this.#clock();
    const done = this.#done.peek();
    const goesOn = done.length > 0 && now - this.#recordedAt < GESTURE_MS;
    const step: Step = new Map(goesOn ? done[done.length - 1] : []);
    step.set(looked, { before: step.has(looked) ? step.get(looked)?.before : before, after });
    this.#recordedAt = now;
    this.#set([...(goesOn ? done.slice(0, -1) : done), step].slice(-STEPS), []);
  }

  #replay(step: Step, to: "before" | "after", done: readonly Step[], undone: readonly Step[]): void {
    this.#replaying = true;
    this.#recordedAt = Number.NEGATIVE_INFINITY; // what comes next is a step of its own
    try {
      batch(() => {
        for (const [looked, change] of step) looked.value = change[to];
      });
    } finally {
      this.#replaying = false;
    }
    this.#set(done, undone);
  }

  #set(done: readonly Step[], undone: readonly Step[]): void {
    batch(() => {
      this.#done.value = done;
      this.#undone.value = undone;
    });
  }
}
