// The line to the kernel: hello, heartbeats, acknowledgements, commands and their answers, and whether it still holds.
import { signal } from "@preact/signals";
import type { Answer, Ask, Beat, Points } from "../protocol";
import { type BoundTraits, rawModel } from "./bound";
import { onAbort } from "./lifetime";

const BEAT_MS = 2000;
const ACK_MS = 500;
const BUSY_MS = 300;
const HELLO_MS = 1000;
/** A page that has heard nothing for so many heartbeats asks whether Python is there, and says so if no answer comes. */
const QUIET_BEATS = 10;
const ANSWER_MS = 5000;

export type Call = Ask["call"];

/** What the kernel answered: JSON, and arrays. */
export interface Answered {
  value: unknown;
  buffers: readonly DataView[];
}

interface Pending {
  resolve(answered: Answered): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout> | undefined;
  late: boolean;
}

const GONE = "Not connected to the kernel. Run the cell again to go on.";

export class Link {
  readonly connection = signal<"connected" | "busy" | "disconnected">("connected");
  /** Random once a page: Python tells its readers apart by it. */
  readonly client = Math.random().toString(36).slice(2, 12);
  onPoints: (message: Points, buffers: readonly DataView[]) => void = () => {};
  anyVisible: () => boolean = () => false;
  #pending = new Map<string, Pending>();
  #count = 0;
  #seq: number | null = null;
  #drawn = 0;
  #acknowledgement: ReturnType<typeof setTimeout> | undefined;
  #saidHello = Number.NEGATIVE_INFINITY;
  #quietBeats = 0;
  #closed = false;
  #watched = false;
  #alive: () => boolean | undefined = () => undefined;

  constructor(private readonly own: BoundTraits) {
    const abort = own.signal;
    own.listen("msg:custom", (message: unknown, buffers: unknown) => {
      this.#receive(message, (buffers as DataView[] | undefined) ?? []);
    });
    own.listen("comm_live_update", () => this.#kernelChanged());
    const beat = setInterval(() => this.#beat(), BEAT_MS);
    // Never in the first paint, and never after the page has gone: an orphaned kernel is found by missing beats.
    const hello = setTimeout(() => this.hello(), 0);
    for (const name of ["pagehide", "pageshow"])
      globalThis.addEventListener?.(
        name,
        () => {
          this.#closed = name === "pagehide";
        },
        { signal: abort },
      );
    onAbort(abort, () => {
      clearInterval(beat);
      clearTimeout(hello);
      clearTimeout(this.#acknowledgement);
      for (const { timer } of this.#pending.values()) clearTimeout(timer);
      this.#pending.clear();
    });
  }

  async command(name: Call["name"], args: Record<string, unknown>): Promise<unknown> {
    return (await this.ask(name, args, BUSY_MS)).value;
  }

  /** A question that nobody waits for: however late its answer is, the kernel is not called busy for it. */
  ask(name: Call["name"], args: Record<string, unknown>, busyAfter?: number): Promise<Answered> {
    const id = `${this.client}-${++this.#count}`;
    return new Promise((resolve, reject) => {
      const notice = () => {
        const pending = this.#pending.get(id);
        if (!pending) return;
        pending.late = true;
        if (this.connection.peek() === "connected") this.connection.value = "busy";
      };
      const timer = busyAfter === undefined ? undefined : setTimeout(notice, busyAfter);
      this.#pending.set(id, { resolve, reject, timer, late: false });
      // Where no kernel ever was, sending may do nothing at all: then the last known state decides.
      const call = { name, ...args } as Call;
      if (this.connection.peek() === "disconnected" || !this.#send({ kind: "command", id, call }))
        this.lost();
    });
  }

  /** The last points message is on the screen. Python hears of it now and then: each message makes the host work. */
  drawn(seq: number): void {
    this.#drawn = seq;
    if (this.#acknowledgement !== undefined) return;
    this.#tell({ drawn: seq });
    this.#acknowledgement = setTimeout(() => {
      this.#acknowledgement = undefined;
      if (this.#drawn !== seq) this.drawn(this.#drawn);
    }, ACK_MS);
  }

  /** The kernel cannot be reached: every command in flight fails. */
  lost(): void {
    if (this.own.signal.aborted) return;
    this.connection.value = "disconnected";
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new Error(GONE));
    }
    this.#pending.clear();
  }

  /** Jupyter's own models know whether their comm is alive; the proxy handed to a widget does not show it. */
  watchKernel(reference: string): void {
    if (this.#watched) return;
    this.#watched = true;
    rawModel(this.own.model, reference, (raw) => {
      this.#alive = () => raw.comm_live;
      this.#kernelChanged();
    });
  }

  #kernelChanged(): void {
    if (!this.#tellAlive()) return;
    if (this.#alive() && this.connection.peek() === "disconnected") {
      this.connection.value = "connected";
      this.hello();
    }
  }

  #beat(): void {
    if (this.connection.peek() === "disconnected" || !this.#tellAlive()) return;
    if (++this.#quietBeats > QUIET_BEATS && !this.#pending.size)
      this.ask("ping", {}, ANSWER_MS).catch(() => {});
  }

  /** Send a heartbeat; false where the kernel cannot be reached. */
  #tellAlive(): boolean {
    if (this.#alive() !== false) return this.#tell();
    this.lost();
    return false;
  }

  #tell(more: Partial<Beat> = {}): boolean {
    return this.#send({ kind: "beat", client: this.client, visible: this.anyVisible(), ...more });
  }

  /** Ask for the whole batch curve, at most once a second. */
  hello(): void {
    const now = performance.now();
    if (now - this.#saidHello < HELLO_MS) return;
    this.#saidHello = now;
    this.#tell({ anew: true, visible: true }); // until the next beat says what is so
  }

  #send(message: Beat | Ask): boolean {
    if (this.own.signal.aborted || this.#closed) return false;
    try {
      this.own.model.send(message);
      return true;
    } catch {
      this.lost();
      return false;
    }
  }

  #receive(message: unknown, buffers: readonly DataView[]): void {
    const { kind } = (message ?? {}) as { kind?: unknown };
    this.#quietBeats = 0;
    if (kind === "answer") this.#settle(message as Answer, buffers);
    else if (kind === "points") {
      const points = message as Points;
      const missed = this.#seq !== null && points.seq > this.#seq + 1;
      this.#seq = points.seq;
      this.onPoints(points, buffers);
      // Servers drop messages under load: a gap is filled by asking for the whole history again.
      if (missed && !points.reset) this.hello();
    }
    if (this.connection.peek() === "disconnected" && this.#alive() !== false)
      this.connection.value = "connected";
  }

  #settle(answer: Answer, buffers: readonly DataView[]): void {
    const pending = this.#pending.get(answer.id);
    if (!pending) return;
    this.#pending.delete(answer.id);
    clearTimeout(pending.timer);
    const late = [...this.#pending.values()].some((other) => other.late);
    if (!late && this.connection.peek() === "busy") this.connection.value = "connected";
    if (answer.ok) pending.resolve({ value: answer.value, buffers });
    else pending.reject(new Error(answer.error || "The kernel refused, without saying why."));
  }
}
