// What gestures and keys do on the map, apart from the markup.
import { type Signal, signal } from "@preact/signals";
import { toggled } from "../../components/rows";
import type { ViewContext } from "../../context";
import { within } from "../../lib/scatter/lasso";
import { inDirection, nearestOnMap } from "../../lib/scatter/navigate";
import type { Plot } from "../../lib/scatter/plot";
import type { MapState } from "../../lib/scatter/state";
import {
  allowedZoom,
  type Box,
  type Cloud,
  type Projection,
  panned,
  zoomedAt,
} from "../../lib/scatter/viewbox";
import { pointLines } from "../../lib/scatter/words";

/** A finger hides what it points at, and is not as sure. */
const REACH = 12;
const TOUCH_REACH = 24;
/** True neighbours that a tooltip names. */
const NAMED = 3;
const NOBODY: readonly number[] = [];

/** The first true neighbours of a row; null while they are not known. */
export function nearestNames(map: MapState, { items }: ViewContext["store"], row: number): string | null {
  const rows = map.answers.of(row)?.rows.slice(0, NAMED) ?? NOBODY;
  return rows.length ? rows.map((each) => items.value.names.at(each)).join(", ") : null;
}

const middle = ({ area: { left, top, width, height } }: Projection) => ({
  x: left + width / 2,
  y: top + height / 2,
});

export function createActions(
  context: ViewContext,
  map: MapState,
  plot: { current: Plot | null },
  announce: Signal<string>,
) {
  const { shared, store } = context;
  /** The row this view points at, by pointer or keys; another view's is named in the picture instead. */
  const own = signal<number | null>(null);
  const tip = signal<{ row: number; x: number; y: number; radius: number } | null>(null);
  /** The row the keyboard has reached. */
  const cursor = signal<number | null>(null);
  /** Rows labelled on demand. */
  const asked = signal<ReadonlySet<number>>(new Set());
  const dragging = signal(false);
  const settings = context.trait<boolean | null>("show_settings");
  /** The part in sight at the start of a drag, and the one a gesture has reached but not yet written. */
  let start: Projection | null = null;
  let reached: Box | null = null;
  /** The row whose true neighbours are still to be told. */
  const untold = signal<number | null>(null);
  /** As it was before each of the last two clicks. */
  let clicked: { selection: number[]; primary: number | null }[] = [];
  /** N and P walk through the points nearest to this one. */
  let walk: { rows: number[]; at: number } | null = null;

  const pointAt = (row: number | null, keyboard: boolean) => {
    const place = row === null ? null : (plot.current?.locate(row) ?? null);
    if (own.peek() !== row) own.value = row;
    if (shared.hovered.peek() !== row) shared.hovered.value = row;
    if (row === null || !place) tip.value = null;
    else if (keyboard || tip.peek()?.row !== row) tip.value = { row, ...place };
  };
  const unhover = () => {
    tip.value = null;
    // Another view's hover is left alone.
    if (own.peek() === null) return;
    if (shared.hovered.peek() === own.peek()) shared.hovered.value = null;
    own.value = null;
  };
  const choose = (row: number) => {
    shared.selection.value = [row];
    shared.primary.value = row;
  };
  const toggle = (row: number) => {
    const before = shared.selection.peek();
    const change = before.includes(row) ? "removed from" : "added to";
    shared.selection.value = toggled(before, row);
    announce.value = `${store.items.peek().names.at(row)} ${change} the selection.`;
  };
  const commit = () => {
    plot.current?.settle();
    if (reached) map.viewBox.value = reached;
    reached = null;
    start = null;
    dragging.value = false;
  };
  const look = (box: Box) => {
    unhover();
    reached = box;
    plot.current?.look(box);
  };
  const zoomAt = (x: number, y: number, wanted: number) => {
    const view = plot.current?.view;
    const home = map.home.peek();
    if (view && home) look(zoomedAt(view, x, y, allowedZoom(view.box, home, wanted)));
  };
  const fit = () => {
    unhover();
    map.fits.value++;
    map.viewBox.value = null;
    announce.value = `All ${map.one}s in sight.`;
  };
  /** Zoom by button or key: around the cursor, or the middle. */
  const zoom = (factor: number) => {
    const view = plot.current?.view;
    if (!view) return;
    const at = cursor.peek() === null ? null : plot.current?.locate(cursor.peek() as number);
    const { x, y } = at ?? middle(view);
    zoomAt(x, y, factor);
    commit();
    announce.value = factor > 1 ? "Zoomed in." : "Zoomed out.";
  };
  const say = (row: number) => {
    const facts = map.facts(row);
    const known = nearestNames(map, store, row);
    const asking = !known && map.answers.mayAsk(row);
    const [nearest] = known || asking ? [] : near(row, 1);
    const onMap =
      nearest === undefined ? "" : `, nearest on the map: ${store.items.peek().names.at(nearest)}`;
    const tail = known ? `, nearest: ${known}` : onMap;
    untold.value = asking ? row : null;
    announce.value = `${facts.title}, ${pointLines(facts).join(", ")}${tail}.`;
  };
  const near = (row: number, limit: number): number[] => {
    const { view, cloud } = plot.current ?? {};
    return view && cloud ? nearestOnMap(cloud, view, row, limit) : [];
  };
  /** The map follows to a point that is out of sight: then it lies in the middle. */
  const bring = (row: number) => {
    const { view, cloud } = plot.current ?? {};
    if (!view || !cloud || plot.current?.locate(row)) return;
    const { x, y } = middle(view);
    const [dx, dy] = [x - cloud.x[row] * view.ax - view.bx, y - cloud.y[row] * view.ay - view.by];
    look(panned(view, dx, dy));
    commit();
  };
  const goTo = (row: number | null) => {
    if (row === null || !plot.current?.view) return;
    cursor.value = row;
    bring(row);
    pointAt(row, true);
    say(row);
  };
  const home = (): number | null => {
    const { view } = plot.current ?? {};
    if (!view) return null;
    const { x, y } = middle(view);
    return plot.current?.hit(x, y, Infinity) ?? null;
  };
  const here = (): number | null => {
    const now = cursor.peek() ?? shared.primary.peek();
    return now !== null && plot.current?.locate(now) ? now : null;
  };

  /** Through the true neighbours of a point, as soon as they are known; through the nearest on the map without a kernel. */
  const stepFrom = async (row: number, by: 1 | -1) => {
    if (!walk) {
      const asks = map.answers.mayAsk(row);
      if (asks) await map.answers.find(row);
      if (context.signal.aborted || (!walk && here() !== row)) return;
      const known = map.answers.of(row)?.rows.filter((other) => map.isDrawn(other)) ?? NOBODY;
      const rows = known.length || asks ? known : near(row, 50);
      if (!walk && !rows.length) {
        announce.value = `None of its nearest ${map.one}s is on the map.`;
        return;
      }
      walk ??= { rows: [row, ...rows], at: 0 };
    }
    const { rows } = walk;
    walk.at = (walk.at + by + rows.length) % rows.length;
    goTo(rows[walk.at]);
  };

  /** To the next point in a direction, or to the first. */
  const move = (dx: number, dy: number) => (view: Projection, cloud: Cloud) => {
    const now = here();
    goTo(now === null ? home() : inDirection(cloud, view, now, dx, dy));
  };
  const step = (by: 1 | -1) => () => {
    const now = here();
    if (now === null) goTo(home());
    else stepFrom(now, by);
  };
  const ofPoint = (act: (row: number) => void) => () => {
    const now = here();
    if (now !== null) act(now);
  };
  const explore = (row: number) => {
    choose(row);
    announce.value = `${store.items.peek().names.at(row)} chosen.`;
  };
  const label = (row: number) => {
    const next = new Set(asked.peek());
    if (!next.delete(row)) next.add(row);
    asked.value = next;
    announce.value = next.has(row) ? "Label on." : "Label off.";
  };
  const keys: Record<string, (view: Projection, cloud: Cloud) => void> = {
    ArrowLeft: move(-1, 0),
    ArrowRight: move(1, 0),
    ArrowUp: move(0, -1),
    ArrowDown: move(0, 1),
    Home: () => goTo(home()),
    n: step(1),
    p: step(-1),
    Enter: ofPoint(explore),
    " ": ofPoint(toggle),
    l: ofPoint(label),
    "+": () => zoom(1.5),
    "=": () => zoom(1.5),
    "-": () => zoom(1 / 1.5),
    _: () => zoom(1 / 1.5),
    0: fit,
    "?": () => {
      settings.value = settings.value !== true;
    },
  };

  return {
    own,
    tip,
    cursor,
    asked,
    dragging,
    giveUpDrag: (): boolean => false,
    /** The kernel has answered about the point that was told last. */
    sayNearest() {
      const row = untold.value;
      const names = row === null ? null : nearestNames(map, store, row);
      if (!names) return;
      untold.value = null;
      if (cursor.peek() === row) announce.value = `Nearest: ${names}.`;
    },
    unhover,
    fit,
    zoom,
    /** Another view asks for this title: it is marked, named and in sight. */
    show(row: number) {
      const name = store.items.peek().names.at(row);
      const columns = map.columns.peek();
      shared.primary.value = row;
      cursor.value = row;
      if (!columns || !Number.isFinite(columns.x[row] + columns.y[row])) {
        const why = store.items.peek().trained[row] ? "it has no value on an axis" : "it was not trained";
        announce.value = `${name} has no place on the map: ${why}.`;
        return;
      }
      bring(row);
      const hidden = map.isDrawn(row) ? "" : ", hidden by min ratings";
      announce.value = `${name} is shown on the map${hidden}.`;
    },
    /** Focus by keyboard: something is pointed at from the start. */
    arrive() {
      goTo(here() ?? home());
    },
    key(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { view, cloud } = plot.current ?? {};
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const act = keys[key];
      // Other keys belong to the browser or the host.
      if ((!act && key !== "Escape") || !view || !cloud) return;
      event.preventDefault();
      if (key !== "n" && key !== "p") walk = null;
      if (act) act(view, cloud);
      else if (this.giveUpDrag()) return;
      else if (tip.peek()) unhover();
      else if (shared.selection.peek().length) {
        shared.selection.value = [];
        announce.value = "Selection cleared.";
      } else (event.currentTarget as HTMLElement).blur();
    },
    pointer: {
      drag: () => {
        const tool = context.trait<string>("tool").value;
        return tool === "box" || tool === "lasso" ? tool : "pan";
      },
      hover: (place: { x: number; y: number; touch: boolean } | null) => {
        if (!place) {
          unhover();
          return;
        }
        const row = plot.current?.hit(place.x, place.y, place.touch ? TOUCH_REACH : REACH) ?? null;
        if (row === null) unhover();
        else pointAt(row, false);
      },
      click: (x: number, y: number, touch: boolean, add: boolean) => {
        clicked = [
          ...clicked.slice(-1),
          { selection: shared.selection.peek(), primary: shared.primary.peek() },
        ];
        const row = plot.current?.hit(x, y, touch ? TOUCH_REACH : REACH) ?? null;
        if (row === null) return;
        cursor.value = row;
        walk = null;
        if (add) toggle(row);
        else choose(row);
        if (touch) pointAt(row, false);
      },
      doubled: () => {
        const [before] = clicked;
        clicked = [];
        if (!before) return;
        shared.selection.value = before.selection;
        shared.primary.value = before.primary;
      },
      dragStart: () => {
        unhover();
        dragging.value = true;
        start = plot.current?.view ?? null;
      },
      pan: (dx: number, dy: number) => {
        if (start) look(panned(start, dx, dy));
      },
      outline: (loop: readonly number[], done: boolean, add: boolean) => {
        const made = plot.current;
        made?.outline(done ? null : loop);
        const { view, grid, cloud } = made ?? {};
        if (!done || !view || !grid || !cloud) return;
        const { ax, bx, ay, by } = view;
        const inUnits = loop.map((at, i) => (i % 2 ? (at - by) / ay : (at - bx) / ax));
        const rows = within(grid, cloud, inUnits);
        dragging.value = false;
        start = null;
        shared.selection.value = [...new Set(add ? [...shared.selection.peek(), ...rows] : rows)];
        announce.value = `${shared.selection.peek().length} selected.`;
      },
      zoom: zoomAt,
      settled: commit,
      cancelled: () => {
        plot.current?.outline(null);
        const before = map.viewBox.peek() ?? map.home.peek();
        if (start && before) plot.current?.look(before);
        reached = null;
        commit();
      },
    },
  };
}
