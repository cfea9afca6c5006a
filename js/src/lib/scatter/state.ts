// From the store and the view's own traits to what is drawn: a chain of computed signals, each made anew only when
// what it is made of has changed.

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { ViewContext } from "../../context";
import { type CellColumns, shortest32 } from "../delimited";
import { formatCount, ratingUnit } from "../format";
import { onAbort } from "../lifetime";
import { effectsAt } from "../ranking";
import { titleSearch } from "../search";
import { knownFrom, oneOf } from "../wording";
import {
  type AxisChoice,
  axisFacts,
  missingWords,
  numbersOf,
  numberWords,
  placesOf,
  placeWords,
} from "./axes";
import { byCategory, ownColumns } from "./categories";
import type { MapFrame } from "./frame";
import { trimmed } from "./labels";
import { ownMap, pastMap } from "./maps";
import { cheapest } from "./navigate";
import type { Colors } from "./paint";
import type { ColorBy } from "./palette";
import type { Scene } from "./plot";
import { centred, colouring, drawOrder, isShown, radii, type SizeBy, scoresOf, sizes } from "./points";
import { rampFor } from "./theme";
import { farOf, farWords, mapRanks, neighborAnswers } from "./trueneighbors";
import { type Box, extent, HomeBox } from "./viewbox";
import { isNoise, keptShare, type PointFacts } from "./words";

interface Columns {
  frame: MapFrame;
  x: Float32Array;
  y: Float32Array;
}

/** Size of a hollow point. */
const HOLLOW = 4;
/** Columns of users that a tooltip names. */
const SAID = 6;

export type MapState = ReturnType<typeof createMapState>;

export function createMapState(context: ViewContext) {
  const { store, shared, trait, signal: abort } = context;
  const one = oneOf(trait<string>("kind").peek());
  const wantedX = trait<AxisChoice>("x");
  const wantedY = trait<AxisChoice>("y");
  const flipX = trait<boolean>("flip_x");
  const flipY = trait<boolean>("flip_y");
  const colorBy = trait<ColorBy>("color_by");
  const sizeBy = trait<SizeBy>("size_by");
  const viewBox = trait<Box | null>("view_box");
  const equal = trait<boolean>("equal_aspect");
  const fits = signal(0);
  const narrowedTo = trait<number[] | null>("only");
  const only = computed(() => (narrowedTo.value ? new Set(narrowedTo.value) : null));
  const own = ownColumns(context);
  const colors = signal<Colors | null>(null);

  const showNeighbors = trait<boolean>("show_neighbors");
  const k = trait<number>("k");
  const wantedFrame = trait<number>("frame");
  const scrubbed = signal<number | null>(null);

  const fitted = ownMap(context);
  const present = computed(() => fitted.value ?? store.map.value);
  const frame = computed(() => scrubbed.value ?? wantedFrame.value ?? -1);
  const past = pastMap(context, frame, present);
  const map = computed(() => past.value?.map ?? present.value);
  const bias = computed(() => {
    const raw = store.itemBias.value;
    const { trained, n } = store.items.value;
    return raw && raw.length === n ? centred(raw, trained) : null;
  });
  const numbers = (name: string) => numbersOf(name, store.items.value, bias.value, own.value);
  // A model may have fewer components than a trait asks for; and a column's values may still be on their way, until when
  // the axis stays what it was.
  const resolved = (wanted: ReadonlySignal<AxisChoice>, fallback: number) => {
    let last: AxisChoice = fallback;
    return computed(() => {
      const m = map.value?.m ?? 1;
      const choice = wanted.value;
      if (typeof choice === "string") last = numbers(choice) ? choice : last;
      else last = choice >= 1 && choice <= m ? choice : Math.min(fallback, m);
      return last;
    });
  };
  const x = resolved(wantedX, 1);
  const y = resolved(wantedY, 2);
  /** The map is of random weights. */
  const untrained = computed(() => store.status.value === "untrained" || store.snapshotEpoch.value === 0);

  const columns = computed<Columns | null>(() => {
    const frame = map.value;
    if (!frame || frame.n !== store.items.value.n) return null;
    const places = (choice: AxisChoice) =>
      typeof choice === "string" ? placesOf(choice, numbers(choice) ?? []) : scoresOf(frame, choice);
    return { frame, x: places(x.value), y: places(y.value) };
  });
  const axes = computed(() => {
    const frame = map.value;
    if (!frame) return null;
    const meta = store.data.value;
    return [axisFacts(x.value, frame, meta, one), axisFacts(y.value, frame, meta, one)] as const;
  });
  const components = computed(() =>
    [...new Set([x.value, y.value])].filter((choice): choice is number => typeof choice === "number"),
  );
  // Between stars and years there is no common unit.
  const equalUnits = computed(
    () => equal.value !== false && typeof x.value === "number" && typeof y.value === "number",
  );
  const order = computed(() => drawOrder(store.items.value.counts));
  const filtered = computed(() => {
    const now = columns.value;
    if (!now) return new Int32Array(0);
    const [side, minCount] = [store.items.value, shared.minCount.value];
    return order.value.filter((row) => isShown(side, minCount, now.x, now.y, row));
  });
  const rows = computed(() => {
    const chosen = only.value;
    return chosen ? filtered.value.filter((row) => chosen.has(row)) : filtered.value;
  });
  const showCold = trait<boolean>("show_cold");
  /** Titles without a rating, of which side columns tell. */
  const allCold = computed(() => {
    const { known } = store.items.value;
    return one === "title" ? order.value.filter((row) => known[row] === 2) : order.value.subarray(0, 0);
  });
  /** Those drawn: all where the switch is on, else the ones that somebody chose or searches for. */
  const cold = computed(() => {
    const now = columns.value;
    if (!now || !allCold.value.length) return allCold.value;
    const search = titleSearch(store.items.value);
    const found = search.ready ? search.containing(shared.query.value) : null;
    const chosen = new Set([shared.primary.value, shared.pinned.value, ...shared.selection.value]);
    return allCold.value.filter(
      (row) =>
        (showCold.value || chosen.has(row) || found?.[row]) &&
        (!only.value || only.value.has(row)) &&
        Number.isFinite(now.x[row] + now.y[row]),
    );
  });
  const drawn = computed(() => {
    if (!cold.value.length) return rows.value;
    const both = new Int32Array(rows.value.length + cold.value.length);
    both.set(rows.value);
    both.set(cold.value, rows.value.length);
    return both;
  });
  const isDrawn = (row: number): boolean => {
    if (store.items.value.known[row] === 2) return cold.value.includes(row);
    const now = columns.value;
    if (!now || (only.value && !only.value.has(row))) return false;
    return isShown(store.items.value, shared.minCount.value, now.x, now.y, row);
  };
  const coloured = computed(() => {
    const by = untrained.value ? "none" : colorBy.value;
    // Those of a column may still be on their way.
    const values = numbers(by);
    const names = own.value.get(by)?.names;
    return names && values
      ? byCategory(by, values, names, rows.value)
      : colouring(by, values, rows.value, store.items.value.n, one);
  });
  const ramp = computed(() =>
    colors.value ? [...rampFor(coloured.value.scale, colors.value), colors.value.background] : [],
  );
  const sizeOf = computed(() => sizes(sizeBy.value, numbers(sizeBy.value), rows.value, store.items.value.n));
  const radiiNow = computed(() => radii(rows.value.length));
  /** Colours and sizes, those of hollow points among them. */
  const looks = computed(() => {
    const of = (values: Uint8Array, hollow: number) => {
      if (!cold.value.length) return values;
      const all = values.slice();
      for (const row of cold.value) all[row] = hollow;
      return all;
    };
    return { bins: of(coloured.value.bins, ramp.value.length - 1), sizes: of(sizeOf.value, HOLLOW) };
  });

  const homeBox = new HomeBox();
  const homeKey = computed(() =>
    [
      store.run.value,
      untrained.value,
      x.value,
      y.value,
      shared.minCount.value,
      fits.value,
      narrowedTo.value,
      showCold.value,
    ].join(),
  );
  const home = computed(() => {
    const now = columns.value;
    return homeBox.fit(homeKey.value, now && extent({ ...now, rows: (showCold.value ? drawn : rows).value }));
  });
  const watermark = computed(() => {
    if (untrained.value) return "untrained: random weights";
    const frame = map.value;
    return frame && isNoise(frame) ? "no structure yet" : "";
  });
  const title = (row: number) => trimmed(store.items.peek().names.at(row));

  /** What a colour or a size stands for, where no other line says it. */
  const valueWords = (name: string, row: number) => {
    if (name === x.peek() || name === y.peek() || ["bias", "count", "mean", "none"].includes(name)) return "";
    const value = numbers(name)?.[row] ?? Number.NaN;
    if (!Number.isFinite(value)) return `${name}: none`;
    return `${name}: ${own.peek().get(name)?.names?.at(value) ?? numberWords(value)}`;
  };
  const answers = neighborAnswers(
    store,
    trait<string>("kind").peek(),
    () => untrained.value,
    () => shared.minCount.value,
    () => k.value ?? 10,
    abort,
  );
  const ofPrimary = () => (showNeighbors.value ? shared.primary.value : null);
  const ask = answers.asker();
  // Again when the weights, the filter or the connection change.
  const stopAsking = effect(() => {
    void [store.revision.value, store.connection.value, store.status.value];
    ask(ofPrimary());
  });
  onAbort(abort, stopAsking);
  const neighbors = computed(() => {
    const row = ofPrimary();
    return row === null ? null : answers.of(row);
  });
  /** What is known of a user says more than an id does. */
  const said = () => (one === "user" ? [...own.peek().keys()].filter(numbers).slice(0, SAID) : []);
  return {
    /** What its points are. */
    one,
    x,
    y,
    /** Null until there is a map. */
    axes,
    /** The components on the axes. */
    components,
    /** The view's `data`, by name. */
    ownColumns: own,
    /** Which titles have no place, in sentences. */
    missing: computed(() => {
      const now = columns.value;
      if (!now || !axes.value || components.value.length === 2) return [];
      const { counts, trained } = store.items.value;
      const passing = order.value.filter((row) => trained[row] && counts[row] >= shared.minCount.value);
      return missingWords(axes.value, [now.x, now.y], passing, one);
    }),
    /** The one under a finger that is still down. */
    scrubbed,
    /** The earlier epoch that is shown; null for the newest. */
    past,
    answers,
    /** The primary title's true neighbours, where they are to be shown and known. */
    neighbors,
    /** How many of them are far on the map, in words. */
    farWords: computed(() => {
      const now = columns.value;
      const primary = ofPrimary();
      const found = neighbors.value;
      if (!now || primary === null || !found) return "";
      const all = filtered.value;
      const ranks = mapRanks({ ...now, rows: all }, primary, found.rows, equalUnits.value);
      const others = all.length - (all.includes(primary) ? 1 : 0);
      return farWords(farOf(ranks, others, k.value ?? 10), ranks.length, found.hidden, one);
    }),
    /** The filter has changed, and the axes that go with it are not there yet. */
    waiting: computed(
      () =>
        store.connection.value !== "disconnected" &&
        !fitted.value &&
        store.shared.minCount.value !== store.pictureMinCount.value,
    ),
    /** The view's trait; null shows all. */
    viewBox,
    /** Changes when all is to be fitted again. */
    fits,
    colors,
    rows,
    /** Whether there are titles without a rating that have a place, whether all are shown, and which are drawn. */
    hasCold: computed(() => allCold.value.length > 0),
    showCold,
    cold,
    /** `rows`, and `cold` behind them. */
    drawn,
    /** The titles the map is narrowed to, or null for all that pass the filter. */
    only: only as ReadonlySignal<ReadonlySet<number> | null>,
    /** Show these rows alone, or all with null, and all of them in sight. */
    narrow: (chosen: readonly number[] | null) => {
      batch(() => {
        narrowedTo.value = chosen && [...chosen];
        viewBox.value = null;
      });
    },
    /** Whether a row is among `drawn`, without looking through `rows`. */
    isDrawn,
    columns,
    colouring: coloured,
    ramp,
    /** What the smallest and the largest point stand for. */
    sizeEnds: computed(() => {
      const by = sizeBy.value;
      const values = by === "none" ? null : numbers(by);
      if (!values) return [];
      const [least = 0] = cheapest(rows.value, 1, (row) => values[row]);
      const [most = 0] = cheapest(rows.value, 1, (row) => -values[row]);
      return (values[least] === values[most] ? [most] : [least, most]).map((row) => ({
        text: by === "count" ? formatCount(values[row]) : numberWords(values[row]),
        radius: radiiNow.value[sizeOf.value[row]],
      }));
    }),
    home,
    scene: computed<Scene | null>(() => {
      const now = columns.value;
      const box = viewBox.value ?? home.value;
      const beside = axes.value;
      if (!now || !box || !beside || ramp.value.length === 0 || rows.value.length === 0) return null;
      return {
        rows: drawn.value,
        x: now.x,
        y: now.y,
        counts: store.items.value.counts,
        ...looks.value,
        colors: ramp.value,
        radii: radiiNow.value,
        box,
        equal: equalUnits.value,
        flipX: flipX.value,
        flipY: flipY.value,
        axes: beside,
        kept: keptShare(components.value, now.frame.explained_variance),
        watermark: watermark.value,
        title,
      };
    }),
    map,
    untrained,
    /** While this stays the same the same titles stay labelled. */
    labelKey: computed(() => {
      // In training the set stays; of a picture at rest every frame may choose its own.
      const frame = store.status.value === "training" ? "live" : map.value?.revision;
      return [homeKey.value, flipX.value, flipY.value, viewBox.value, frame, rows.value.length > 0].join();
    }),
    setAxis: (axis: "x" | "y", chosen: AxisChoice) => {
      const [here, other] = axis === "x" ? [x.peek(), y.peek()] : [y.peek(), x.peek()];
      // A component that is taken from the other axis leaves it the one that was here.
      if (chosen === other && here !== other) (axis === "x" ? wantedY : wantedX).value = here;
      (axis === "x" ? wantedX : wantedY).value = chosen;
      // What was in sight was in sight on other axes.
      viewBox.value = null;
    },
    facts: (row: number): PointFacts => {
      const { names, counts, means } = store.items.peek();
      const { y_range: yRange, rating_mean: mean } = store.data.peek();
      const of = knownFrom(store, row);
      const b = untrained.peek() || of ? null : (bias.peek()?.[row] ?? null);
      const now = columns.peek();
      return {
        title: names.at(row),
        of,
        count: counts[row],
        mean: means[row],
        bias: b,
        effect: b === null || !yRange ? null : effectsAt(mean, yRange)(b),
        unit: ratingUnit(yRange),
        places: [
          ...(axes.peek() ?? []).map((axis, at) =>
            placeWords(axis, (at ? now?.y : now?.x)?.[row] ?? Number.NaN),
          ),
          ...[...new Set([colorBy.peek(), sizeBy.peek(), ...said()])].map((name) => valueWords(name, row)),
        ].filter(Boolean),
      };
    },
    /** What is shown beside components, counts and means, as columns of a table. */
    extras: (): CellColumns<number> => {
      const marks = [colorBy.peek(), sizeBy.peek()].filter((name) => name !== "bias");
      const from: CellColumns<number> = cold.peek().length
        ? [["known_from", (row) => knownFrom(store, row) ?? "ratings"]]
        : [];
      const chosen = [...new Set([x.peek(), y.peek(), ...marks])].flatMap((name): CellColumns<number> => {
        const values = typeof name === "string" && !["count", "mean"].includes(name) ? numbers(name) : null;
        if (!values) return [];
        const names = own.peek().get(String(name))?.names;
        const cell = (row: number) => (Number.isFinite(values[row]) ? shortest32(values[row]) : null);
        return [[String(name), (row) => (names ? names.at(values[row]) : cell(row))]];
      });
      return [...from, ...chosen];
    },
  };
}
