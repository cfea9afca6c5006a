// From the store and the view's own traits to what is drawn: a chain of computed signals, each made anew only when
// what it is made of has changed.

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ViewContext } from "../../context";
import type { MapFrame } from "../../store";
import { ratingUnit } from "../format";
import { effectAtMean } from "../ranking";
import { trimmed } from "./labels";
import { liveMap } from "./live";
import type { Colors } from "./paint";
import type { ColorBy, Rgb } from "./palette";
import { type PastMap, pastMap, type Trail, trailsOf, trailsOn } from "./past";
import type { Scene } from "./plot";
import {
  type Colouring,
  centred,
  colouring,
  drawOrder,
  isShown,
  radii,
  type SizeBy,
  scoresOf,
  shownRows,
  sizes,
} from "./points";
import { rampFor } from "./theme";
import {
  farOf,
  farWords,
  keepAsking,
  mapRanks,
  type NeighborAnswers,
  neighborAnswers,
  type TrueNeighbors,
} from "./trueneighbors";
import { asBox, type Box, extent, HomeBox } from "./viewbox";
import { axisName, axisTitle, isNoise, keptShare, type PointFacts } from "./words";

export type Tool = "point" | "box" | "lasso" | "pan";

interface Columns {
  frame: MapFrame;
  x: Float32Array;
  y: Float32Array;
}

export interface MapState {
  x: ReadonlySignal<number>;
  y: ReadonlySignal<number>;
  flipX: Signal<boolean>;
  flipY: Signal<boolean>;
  colorBy: Signal<ColorBy>;
  sizeBy: Signal<SizeBy>;
  nLabels: Signal<number>;
  tool: Signal<Tool>;
  showNeighbors: Signal<boolean>;
  k: Signal<number>;
  trail: Signal<boolean>;
  trailLength: Signal<number>;
  /** Which of the epochs kept is shown; -1 for the newest. */
  frame: Signal<number>;
  /** The one under a finger that is still down. */
  scrubbed: Signal<number | null>;
  /** The earlier epoch that is shown; null for the newest. */
  past: ReadonlySignal<PastMap | null>;
  answers: NeighborAnswers;
  /** The primary title's true neighbours, where they are to be shown and known. */
  neighbors: ReadonlySignal<TrueNeighbors | null>;
  /** How many of them are far on the map, in words. */
  farWords: ReadonlySignal<string>;
  trails: ReadonlySignal<readonly Trail[]>;
  /** The filter has changed, and the axes that go with it are not there yet. */
  waiting: ReadonlySignal<boolean>;
  /** The view's trait; null shows all. */
  viewBox: Signal<number[] | null>;
  /** Changes when all is to be fitted again. */
  fits: Signal<number>;
  colors: Signal<Colors | null>;
  rows: ReadonlySignal<Int32Array>;
  /** The titles the map is narrowed to, or null for all that pass the filter. */
  only: ReadonlySignal<ReadonlySet<number> | null>;
  /** Show these rows alone, or all with null, and all of them in sight. */
  narrow: (rows: readonly number[] | null) => void;
  /** Whether a row is among `rows`, without looking through them. */
  isDrawn: (row: number) => boolean;
  columns: ReadonlySignal<Columns | null>;
  colouring: ReadonlySignal<Colouring>;
  ramp: ReadonlySignal<Rgb[]>;
  home: ReadonlySignal<Box | null>;
  scene: ReadonlySignal<Scene | null>;
  map: ReadonlySignal<MapFrame | null>;
  untrained: ReadonlySignal<boolean>;
  /** Changes with new weights. */
  run: ReadonlySignal<number>;
  /** While this stays the same the same titles stay labelled. */
  labelKey: ReadonlySignal<string>;
  setAxis: (axis: "x" | "y", component: number) => void;
  facts: (row: number) => PointFacts;
}

/** An axis' title, the longer one first: the picture takes the one it has room for. */
function titlesOf(component: number, { explained, fitCount }: MapFrame): readonly string[] {
  return [axisTitle(component, explained, fitCount), axisName(component, explained)];
}

export function createMapState({ store, shared, trait, signal: abort }: ViewContext): MapState {
  const wantedX = trait<number>("x");
  const wantedY = trait<number>("y");
  const flipX = trait<boolean>("flip_x");
  const flipY = trait<boolean>("flip_y");
  const colorBy = trait<ColorBy>("color_by");
  const sizeBy = trait<SizeBy>("size_by");
  const nLabels = trait<number>("n_labels");
  const tool = trait<Tool>("tool");
  const viewBox = trait<number[] | null>("view_box");
  const equal = trait<boolean>("equal_aspect");
  const fits = signal(0);
  const only = signal<ReadonlySet<number> | null>(null);
  const live = liveMap(store, abort);
  const colors = signal<Colors | null>(null);

  const showNeighbors = trait<boolean>("show_neighbors");
  const k = trait<number>("k");
  const trail = trait<boolean>("trail");
  const trailLength = trait<number>("trail_length");
  const wantedFrame = trait<number>("frame");
  const scrubbed = signal<number | null>(null);

  const present = computed(() => live.value.map);
  const frame = computed(() => scrubbed.value ?? wantedFrame.value ?? -1);
  const past = pastMap(store, frame, shared.minCount, present, abort);
  const map = computed(() => past.value?.map ?? present.value);
  // A model may have fewer components than a trait asks for.
  const component = (wanted: unknown, fallback: number) => {
    const m = map.value?.m ?? 1;
    return Number.isInteger(wanted) && (wanted as number) >= 1 && (wanted as number) <= m
      ? (wanted as number)
      : Math.min(fallback, m);
  };
  const x = computed(() => component(wantedX.value, 1));
  const y = computed(() => component(wantedY.value, 2));
  const untrained = computed(() => live.value.untrained);

  const columns = computed<Columns | null>(() => {
    const frame = map.value;
    if (!frame || frame.n !== store.items.value.n) return null;
    return { frame, x: scoresOf(frame, x.value), y: scoresOf(frame, y.value) };
  });
  const order = computed(() => drawOrder(store.items.value.counts));
  const filtered = computed(() => {
    const now = columns.value;
    if (!now) return new Int32Array(0);
    return shownRows(store.items.value, shared.minCount.value, now.x, now.y, order.value);
  });
  const rows = computed(() => {
    const chosen = only.value;
    return chosen ? filtered.value.filter((row) => chosen.has(row)) : filtered.value;
  });
  const isDrawn = (row: number): boolean => {
    const now = columns.value;
    if (!now || (only.value && !only.value.has(row))) return false;
    return isShown(store.items.value, shared.minCount.value, now.x, now.y, row);
  };
  const bias = computed(() => {
    const raw = live.value.itemBias;
    const { trained, n } = store.items.value;
    return raw && raw.length === n ? centred(raw, trained) : null;
  });
  const effectiveColor = computed<ColorBy>(() => (untrained.value ? "none" : colorBy.value));
  const coloured = computed(() => colouring(effectiveColor.value, rows.value, store.items.value, bias.value));
  const ramp = computed(() => (colors.value ? rampFor(coloured.value.scale.by, colors.value) : []));
  const sizeOf = computed(() => sizes(sizeBy.value, store.items.value));
  const radiiNow = computed(() => radii(rows.value.length));

  const homeBox = new HomeBox();
  const homeKey = computed(() =>
    [live.value.run, untrained.value, x.value, y.value, shared.minCount.value, fits.value].join(),
  );
  const home = computed(() => {
    const now = columns.value;
    return homeBox.fit(homeKey.value, now && extent(rows.value, now.x, now.y));
  });
  const watermark = computed(() => {
    if (untrained.value) return "untrained: random weights";
    const frame = map.value;
    return frame && isNoise(frame.explained, frame.noise) ? "no structure yet" : "";
  });
  const title = (row: number) => trimmed(store.items.peek().names.at(row));

  const scene = computed<Scene | null>(() => {
    const now = columns.value;
    const box = asBox(viewBox.value) ?? home.value;
    if (!now || !box || ramp.value.length === 0 || rows.value.length === 0) return null;
    return {
      rows: rows.value,
      x: now.x,
      y: now.y,
      counts: store.items.value.counts,
      bins: coloured.value.bins,
      sizes: sizeOf.value,
      colors: ramp.value,
      radii: radiiNow.value,
      box,
      equal: equal.value !== false,
      flipX: flipX.value,
      flipY: flipY.value,
      xTitle: titlesOf(x.value, now.frame),
      yTitle: titlesOf(y.value, now.frame),
      kept: keptShare(x.value, y.value, now.frame.explained),
      watermark: watermark.value,
      title,
    };
  });
  const labelKey = computed(() => {
    // In training the set stays; of a picture at rest every frame may choose its own.
    const frame = live.value.training ? "live" : map.value?.revision;
    return [homeKey.value, flipX.value, flipY.value, viewBox.value, frame, rows.value.length > 0].join();
  });

  const answers = neighborAnswers(
    store,
    () => untrained.value,
    () => shared.minCount.value,
    () => k.value ?? 10,
    abort,
  );
  const ofPrimary = () => (showNeighbors.value ? shared.primary.value : null);
  keepAsking(store, answers, ofPrimary, abort);
  const neighbors = computed(() => {
    const row = ofPrimary();
    return row === null ? null : answers.of(row);
  });
  const far = computed(() => {
    const now = columns.value;
    const primary = ofPrimary();
    const found = neighbors.value;
    if (!now || primary === null || !found) return "";
    const all = filtered.value;
    const ranks = mapRanks(all, now.x, now.y, primary, found.rows, equal.value !== false);
    const others = all.length - (all.includes(primary) ? 1 : 0);
    return farWords(farOf(ranks, others, k.value ?? 10), ranks.length, found.hidden);
  });
  const ways = trailsOf(
    store,
    () => trail.value === true,
    () => [...new Set([...shared.selection.value, shared.primary.value ?? 0])],
    shared.minCount,
    abort,
  );
  const trails = computed(() => {
    const before = past.value?.epoch ?? null;
    return ways.value ? trailsOn(ways.value, x.value, y.value, trailLength.value ?? 10, before) : [];
  });
  const waiting = computed(
    () =>
      store.connection.value !== "disconnected" &&
      store.shared.minCount.value !== store.pictureMinCount.value,
  );

  const facts = (row: number): PointFacts => {
    const { names, counts, means } = store.items.peek();
    const { y_range: yRange, rating_mean: mean } = store.meta.peek();
    const b = untrained.peek() ? null : (bias.peek()?.[row] ?? null);
    const now = columns.peek();
    return {
      title: names.at(row),
      count: counts[row],
      mean: means[row],
      bias: b,
      effect: b === null || !yRange ? null : effectAtMean(b, mean, yRange),
      unit: ratingUnit(yRange),
      x: { component: x.peek(), value: now?.x[row] ?? Number.NaN },
      y: { component: y.peek(), value: now?.y[row] ?? Number.NaN },
    };
  };
  const narrow = (chosen: readonly number[] | null) => {
    batch(() => {
      only.value = chosen && new Set(chosen);
      fits.value++;
      viewBox.value = null;
    });
  };
  const setAxis = (axis: "x" | "y", chosen: number) => {
    const [here, other] = axis === "x" ? [x.peek(), y.peek()] : [y.peek(), x.peek()];
    // A component that is taken from the other axis leaves it the one that was here.
    if (chosen === other && here !== other) (axis === "x" ? wantedY : wantedX).value = here;
    (axis === "x" ? wantedX : wantedY).value = chosen;
    // What was in sight was in sight on other axes.
    viewBox.value = null;
  };

  return {
    x,
    y,
    flipX,
    flipY,
    colorBy,
    sizeBy,
    nLabels,
    tool,
    showNeighbors,
    k,
    trail,
    trailLength,
    frame: wantedFrame,
    scrubbed,
    past,
    answers,
    neighbors,
    farWords: far,
    trails,
    waiting,
    viewBox,
    fits,
    colors,
    rows,
    only,
    narrow,
    isDrawn,
    columns,
    colouring: coloured,
    ramp,
    home,
    scene,
    untrained,
    run: computed(() => live.value.run),
    labelKey,
    map,
    setAxis,
    facts,
  };
}
