// Which points get a title and where it goes: an order of merit, then greedy placement without overlap.

import { cheapest } from "./navigate";
import { type Area, type Cloud, inArea, inBox, type Projection } from "./viewbox";

export interface Merit {
  counts: Int32Array;
  primary: number | null;
  pinned: number | null;
  selection: readonly number[];
  /** Points whose label was switched on by hand. */
  asked: ReadonlySet<number>;
  /** How many points beyond the chosen ones may be labelled. */
  n: number;
  /** Which: "auto" (the default), "count", "extremes", "selection" or "none", the trait `label_by`. */
  by: string;
}

export interface Candidates {
  /** Rows in the order in which they get a place. */
  rows: number[];
  /** So many of the first were chosen by someone: they are labelled further off if there is no room beside. */
  chosen: number;
}

/** At each end of each axis so many points are worth a label: they say what the axis tells apart. */
const ENDS = 3;
/** Of a selection so many are named; more would only cover it. */
const CHOSEN = 60;

/**
 * Rows worth a label among those in sight, best first: primary, selected by their counts, pinned, asked for; the ends of both
 * axes; then the most rated. More than `n`, since not all find room.
 */
export function labelOrder({ rows, x, y }: Cloud, view: Projection, merit: Merit): Candidates {
  const order = new Set<number>();
  if (merit.by === "none") return { rows: [], chosen: 0 };
  const isInSight = (row: number) => inBox(view.box, x[row], y[row]);
  // What someone chose is named even where the filter hides its point: it is drawn as an empty ring.
  const add = (row: number | null | undefined) => {
    if (typeof row === "number" && isInSight(row)) order.add(row);
  };
  add(merit.primary);
  const selected = merit.selection.filter(isInSight);
  for (const row of selected.sort((a, b) => merit.counts[b] - merit.counts[a]).slice(0, CHOSEN)) add(row);
  add(merit.pinned);
  for (const row of merit.asked) add(row);
  const chosen = order.size;
  const { by } = merit;
  if (merit.n > 0 && by !== "selection") {
    const inSight = rows.filter(isInSight);
    const ends = by === "extremes" ? merit.n : Math.min(ENDS, Math.ceil(merit.n / 8));
    for (const values of by === "count" ? [] : [x, y]) {
      const low = cheapest(inSight, ends, (row) => values[row]);
      const high = cheapest(inSight, ends, (row) => -values[row]);
      for (let i = 0; i < ends; i++) {
        add(low[i]);
        add(high[i]);
      }
    }
    if (by !== "extremes") cheapest(inSight, 4 * merit.n, (row) => -merit.counts[row]).forEach(add);
  }
  return { rows: [...order], chosen };
}

export interface Label extends Area {
  row: number;
  /** Index of the place beside the point it took; the next layout tries this one first. */
  slot: number;
  /** Drawn far enough off to need a line to its point. */
  leader: boolean;
}

type Slot = readonly [sideways: number, down: number, distance: number];

const diagonals = (distance: number): Slot[] => [
  [1, -1, distance],
  [-1, -1, distance],
  [1, 1, distance],
  [-1, 1, distance],
];
const aboveAndBelow = (distance: number): Slot[] => [
  [0, -1, distance],
  [0, 1, distance],
];
/** Places of a label: direction, and distance beyond the point's edge in pixels, best first. */
const SLOTS: readonly Slot[] = [
  [1, 0, 3],
  [-1, 0, 3],
  ...aboveAndBelow(2),
  ...diagonals(1),
  ...diagonals(14),
  ...aboveAndBelow(18),
  ...diagonals(30),
  ...aboveAndBelow(36),
];
const NEAR_SLOTS = 8;
/** A title that would cover this many points is left out, unless someone chose its point. */
const CROWDED = 9;
/** Points that a place further off has to save from being covered, for each pixel of its distance. */
const FAR_COST = 0.8;

export interface Placing {
  /** Width of the row's text in pixels. */
  width: (row: number) => number;
  height: number;
  /** Radius of the row's point in pixels. */
  radius: (row: number) => number;
  /** Labels drawn at most, chosen ones not counted. */
  limit: number;
  /** Slots taken last time, by row: they are kept where they are still free. */
  before: ReadonlyMap<number, number>;
  /** Points that a box would cover; of the free slots the one that covers least is taken. */
  crowd: (left: number, top: number, width: number, height: number) => number;
}

/**
 * Places for the candidates, in their order: boxes that lie inside the area and overlap neither each other nor
 * the point of a label already placed. A candidate without room is left out.
 */
export function placeLabels(candidates: Candidates, cloud: Cloud, view: Projection, placing: Placing) {
  const placed: Label[] = [];
  const taken: Area[] = [];
  const dot = (row: number): Dot => ({
    x: cloud.x[row] * view.ax + view.bx,
    y: cloud.y[row] * view.ay + view.by,
    r: placing.radius(row),
  });
  // Chosen points are kept free of text even where their own label comes later.
  for (const row of candidates.rows.slice(0, candidates.chosen)) taken.push(around(dot(row)));
  const free = (label: Label): boolean =>
    inArea(label.left, label.top, view.area) &&
    inArea(label.left + label.width, label.top + label.height, view.area) &&
    !taken.some((other) => overlap(label, other));
  for (let i = 0; i < candidates.rows.length; i++) {
    if (placed.length >= placing.limit + candidates.chosen) break;
    const row = candidates.rows[i];
    const at = dot(row);
    if (!inArea(at.x, at.y, view.area)) continue;
    const width = placing.width(row);
    const slots = i < candidates.chosen ? SLOTS.length : NEAR_SLOTS;
    const kept = placing.before.get(row);
    let best: Label | null = null;
    let least = i < candidates.chosen ? Infinity : CROWDED;
    for (let slot = 0; slot < slots; slot++) {
      const label = boxAt(row, at, slot, width, placing.height);
      if (!free(label)) continue;
      if (slot === kept) {
        best = label;
        break;
      }
      const cost =
        placing.crowd(label.left, label.top, label.width, label.height) +
        (label.leader ? SLOTS[slot][2] * FAR_COST : 0);
      if (cost < least) {
        best = label;
        least = cost;
      }
    }
    if (!best) continue;
    placed.push(best);
    taken.push(best, around(at));
  }
  return placed;
}

interface Dot {
  x: number;
  y: number;
  r: number;
}

const around = ({ x, y, r }: Dot): Area => ({ left: x - r, top: y - r, width: 2 * r, height: 2 * r });

function boxAt(row: number, at: Dot, slot: number, width: number, height: number): Label {
  const [sx, sy, far] = SLOTS[slot];
  // On a diagonal the point's edge is at r / √2 each way.
  const off = (sx !== 0 && sy !== 0 ? at.r * Math.SQRT1_2 : at.r) + far;
  const left = sx > 0 ? at.x + off : sx < 0 ? at.x - off - width : at.x - width / 2;
  const top = sy > 0 ? at.y + off : sy < 0 ? at.y - off - height : at.y - height / 2;
  return { row, left, top, width, height, slot, leader: slot >= NEAR_SLOTS };
}

function overlap(a: Area, b: Area): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  );
}

/** Characters of a label. */
const LONGEST = 28;

/** A title short enough for a label, cut at the end; a year in brackets at the end is kept. */
export function trimmed(title: string): string {
  const letters = [...title];
  if (letters.length <= LONGEST) return title;
  const year = /\s*\(\d{4}\)$/.exec(title)?.[0] ?? "";
  return `${letters
    .slice(0, LONGEST - 1 - year.length)
    .join("")
    .trimEnd()}…${year}`;
}
