// The learner, in the browser: what Python published as signals, the shared selection, and commands with answers.
import type { AnyModel } from "@anywidget/types";
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { BoundTraits, sameJson } from "./lib/bound";
import { bindHover } from "./lib/hover";
import { onAbort } from "./lib/lifetime";
import { type Call, Link } from "./lib/link";
import { appended, type CurvePoints, curveOf } from "./lib/loss/curve";
import { earlierRuns } from "./lib/loss/runs";
import { type MapFrame, mapFrame } from "./lib/scatter/frame";
import { float32, readArray, type Titles } from "./lib/wire";
import type { Data, Picture, Status as StatusFacts } from "./protocol";

export type { CurvePoints, Titles };
export type Status = StatusFacts["status"];
export type Connection = "connected" | "busy" | "disconnected";

/** One side of the ratings, row by row; row 0 is '#na#'. */
export interface Side {
  names: Titles;
  counts: Int32Array;
  means: Float32Array;
  /** 1: has a training rating; 2: only the side columns tell of it; 0: nothing does. */
  known: Uint8Array;
  /** 1 where it has a training rating. */
  trained: Uint8Array;
  n: number;
}

/** What every view of a learner shares; setting `.value` writes through to the other views and to Python. */
export interface SharedState {
  hovered: Signal<number | null>;
  selection: Signal<number[]>;
  primary: Signal<number | null>;
  pinned: Signal<number | null>;
  minCount: Signal<number>;
  /** Of linked tables of titles, which it filters, and of linked maps, which name what it finds. */
  query: Signal<string>;
}

export interface MountedView {
  kind: string;
  visible: ReadonlySignal<boolean>;
  /** Whether Python wants to hear of hovers in this view. */
  syncHover: ReadonlySignal<boolean>;
}

export type LearnerStore = ReturnType<typeof createStore>;

export const MIN_COUNT_MS = 150;
/** More points than these are fetched anew from Python, which thins them. */
const MOST_POINTS = 4000;

/** Build the store of one learner. Awaits nothing: a host gives up on a widget that is slow to start. */
export function createStore(model: AnyModel, abort: AbortSignal) {
  const own = new BoundTraits(model, abort, () => link.lost());
  const link = new Link(own);
  const side = (name: "item" | "user") =>
    own.derived<Side>([`_${name}_names`, `_${name}_counts`, `_${name}_means`, `_${name}_known`], () => {
      const names = readArray(model, `_${name}_names`);
      const known = readArray(model, `_${name}_known`);
      return {
        names,
        counts: readArray(model, `_${name}_counts`),
        means: readArray(model, `_${name}_means`),
        known,
        trained: known.map((how) => Number(how === 1)),
        n: names.length,
      };
    });
  const bias = (name: "_item_bias" | "_user_bias" | "_item_spread" | "_user_spread") =>
    own.derived<Float32Array | null>([name], () => {
      const values = readArray(model, name);
      return values.length ? values : null;
    });

  const status = fieldsOf<StatusFacts>(own, "status");
  const { epoch: snapshotEpoch, min_count: pictureMinCount, ...picture } = fieldsOf<Picture>(own, "picture");
  const items = side("item");
  const shared: SharedState = {
    hovered: signal<number | null>(null),
    selection: own.trait<number[]>("selection", []),
    primary: own.trait<number | null>("primary", null),
    pinned: own.trait<number | null>("pinned", null),
    minCount: own.trait<number>("min_count", 20, MIN_COUNT_MS),
    query: own.trait<string>("query", ""),
  };
  const views = signal<readonly MountedView[]>([]);
  link.anyVisible = () => views.peek().some((view) => view.visible.peek());
  const wantsHover = computed(() => views.value.some((view) => view.syncHover.value));
  bindHover(shared.hovered, wantsHover, own);

  return {
    // Each field of the status and of the picture, by the name it has in the contract.
    ...status,
    ...picture,
    data: own.derived(["data"], () => model.get("data") as Data),
    items,
    users: side("user"),
    /** The weights are random and nothing moves them, whatever became of a fit: one may diverge in its first epoch. */
    untrained: computed(
      () =>
        status.status.value === "untrained" ||
        (status.epoch.value === 0 && status.status.value !== "training"),
    ),
    /** The runs before the present one, with their curves. */
    earlierRuns: own.derived(["picture", "_run_curves"], () =>
      earlierRuns((model.get("picture") as Picture).runs, readArray(model, "_run_curves")),
    ),
    /** Loss of single batches over the epochs trained, thinned; streamed while training. */
    curve: followCurve(own, picture.run, link),
    /** Raw (not centred) biases by row, or null where the model has none. */
    itemBias: bias("_item_bias"),
    userBias: bias("_user_bias"),
    /** Over reruns, three numbers a row: the standard deviation of its bias, its lowest and its highest rank. */
    itemSpread: bias("_item_spread"),
    userSpread: bias("_user_spread"),
    map: own.derived<MapFrame | null>(["picture", "_scores"], (previous) => {
      const { map, revision } = model.get("picture") as Picture;
      const fitted = { map, revision, fit_on: "min_count" };
      return mapFrame(fitted, readArray(model, "_scores"), items.peek().n, previous);
    }),
    /** The filter that the picture was made for. */
    pictureMinCount,
    /** Epochs trained when the picture was made. */
    snapshotEpoch,
    shared,
    /** The title a map is asked to bring into sight; `n` counts the questions, so that the same can be asked again. */
    lookAt: signal<{ item: number; n: number } | null>(null),
    /** The last error message; set it to "" to dismiss it. */
    failure: own.trait<string>("failure", ""),
    /** Its traceback, where there is more to know. */
    failureDetail: own.trait<string>("_details", ""),
    /** Ask Python for something; what it answers, if anything; rejects with Error(sentence). */
    command(name: Call["name"], args: Record<string, unknown> = {}): Promise<unknown> {
      own.flush(); // a pending filter change goes first
      return link.command(name, args);
    },
    /** Ask something that nobody waits for, such as what to show of a point under the pointer; may reject. */
    ask: (name: Call["name"], args: Record<string, unknown>) => link.ask(name, args),
    /** busy: a command has had no answer for 300 ms. */
    connection: link.connection,
    /** The views on this page, for the heartbeat and for the one view that speaks to a screen reader. */
    views: views as ReadonlySignal<readonly MountedView[]>,
    register(view: MountedView, signal: AbortSignal): void {
      views.value = [...views.peek(), view];
      onAbort(signal, () => {
        views.value = views.peek().filter((other) => other !== view);
      });
    },
    /** Tells the store its own reference, by which Jupyter hosts can look up whether the kernel still lives. */
    watchKernel: (reference: string) => link.watchKernel(reference),
  };
}

type Fields<Facts> = { [Name in keyof Facts]: ReadonlySignal<Facts[Name]> };

/** The fields of a dictionary that Python publishes, each a signal that moves only when the field does. */
function fieldsOf<Facts extends object>(own: BoundTraits, trait: string): Fields<Facts> {
  const read = () => Object.entries(own.model.get(trait) as Record<string, unknown>);
  const fields = Object.fromEntries(read().map(([name, value]) => [name, signal(value)]));
  own.follow([trait], () => {
    for (const [name, value] of read()) if (!sameJson(fields[name].peek(), value)) fields[name].value = value;
  });
  return fields as Fields<Facts>;
}

/** The batch curve: the saved trait first, then the stream, which is never behind it. */
function followCurve(own: BoundTraits, run: ReadonlySignal<number>, link: Link): ReadonlySignal<CurvePoints> {
  const { model } = own;
  const saved = () => curveOf(readArray(model, "_batch_loss"));
  let curve = saved();
  let curveRun = run.peek();
  const shown = signal(curve);
  let painting = false;
  const paint = (seq: number) => {
    if (!painting) {
      painting = true;
      // One frame for all that arrived, and the acknowledgement only once it was drawn.
      nextFrame(() => {
        painting = false;
        if (!own.signal.aborted) shown.value = curve;
      });
    }
    nextFrame(() => link.drawn(seq));
  };
  own.follow(["_batch_loss", "picture"], () => {
    const next = saved();
    const current = (model.get("picture") as Picture).run;
    const end = (points: CurvePoints) => points.x.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (curveRun !== current || next.x.length === 0 || end(next) >= end(curve)) {
      curve = shown.value = next;
      curveRun = current;
    }
  });
  link.onPoints = (message, buffers) => {
    const more = curveOf(float32(buffers[0]));
    curve = message.reset || message.run !== curveRun ? more : appended(curve, more);
    curveRun = message.run;
    if (curve.x.length > MOST_POINTS) link.hello();
    paint(message.seq);
  };
  return shown;
}

function nextFrame(draw: () => void): void {
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(draw);
  else setTimeout(draw, 0);
}
