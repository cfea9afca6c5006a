// The plot itself: canvases, gestures, keyboard, tooltip, and what a screen reader hears of them.
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Button } from "../../components/Button";
import { setTo, setting } from "../../components/fields";
import { useId } from "../../components/useId";
import { useView } from "../../context";
import { listen } from "../../lib/scatter/gestures";
import { MOVE_MS, Plot, RETRAINED_MS } from "../../lib/scatter/plot";
import type { MapState } from "../../lib/scatter/state";
import { readColors } from "../../lib/scatter/theme";
import { summary } from "../../lib/scatter/words";
import { titleSearch } from "../../lib/search";
import { createActions, nearestNames } from "./actions";
import { Tooltip } from "./Tooltip";

interface Props {
  map: MapState;
  announce: Signal<string>;
  /** Receives the plot, for downloads too. */
  plot: { current: Plot | null };
}

const HINT_MS = 2500;
/** Titles that a search has found are named, as far as they are so few. */
const MOST_FOUND = 10;
const NOBODY: readonly number[] = [];

export function Picture({ map, announce, plot }: Props) {
  const context = useView();
  const { shared, store } = context;
  const summaryId = useId();
  const surface = useRef<HTMLDivElement>(null);
  const pointsCanvas = useRef<HTMLCanvasElement>(null);
  const overCanvas = useRef<HTMLCanvasElement>(null);
  const focused = useSignal(false);
  const labelled = useSignal<readonly number[]>([]);
  const hint = useSignal(false);
  const actions = useMemo(() => createActions(context, map, plot, announce), [context, map]);
  const { own, tip, cursor, asked } = actions;

  useEffect(() => {
    const el = surface.current;
    if (!el || !pointsCanvas.current || !overCanvas.current) return;
    const made = new Plot(pointsCanvas.current, overCanvas.current);
    plot.current = made;
    made.onLabels = setting(labelled);
    const life = new AbortController();
    const { signal } = life;
    let hinted = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const cancelDrag = listen(
      el,
      {
        ...actions.pointer,
        ownsWheel: () => focused.peek(),
        wheelRefused: () => {
          actions.unhover();
          if (hinted) return;
          hinted = true;
          hint.value = true;
          timer = setTimeout(setTo(hint, false), HINT_MS);
        },
      },
      signal,
    );
    actions.giveUpDrag = cancelDrag;
    const size = new ResizeObserver(() => {
      tip.value = null;
      made.resize(el.clientWidth, el.clientHeight);
    });
    size.observe(el);
    // The page may scroll under a pointer that rests; a scroll of anything moves the point away from its tooltip.
    el.ownerDocument.addEventListener("scroll", actions.unhover, { signal, capture: true, passive: true });
    // A tooltip under a resting pointer goes with Escape wherever the focus is; the focused map does so itself.
    el.ownerDocument.addEventListener(
      "keydown",
      ({ key }) => {
        if (key === "Escape" && !focused.peek()) actions.unhover();
      },
      { signal },
    );
    return () => {
      life.abort();
      clearTimeout(timer);
      size.disconnect();
      made.destroy();
      actions.unhover();
      plot.current = null;
    };
  }, [actions]);

  useSignalEffect(() => {
    void context.look.value;
    const el = surface.current;
    if (!el) return;
    // The theme's attribute and the page's own colours are in place only in the next frame.
    const request = requestAnimationFrame(() => {
      const { colors, family } = readColors(el);
      map.colors.value = colors;
      plot.current?.paintWith(colors, family);
    });
    return () => cancelAnimationFrame(request);
  });
  useSignalEffect(() => plot.current?.setVisible(context.visible.value));
  const lastLabels = useRef("");
  const lastRun = useRef(store.run.peek());
  useSignalEffect(() => {
    const scene = map.scene.value;
    const labels = map.labelKey.value;
    if (!plot.current) return;
    // Zooming is immediate; only new positions move.
    const ms = store.run.peek() === lastRun.current ? MOVE_MS : RETRAINED_MS;
    plot.current.show(scene, context.reducedMotion.peek() ? 0 : ms, lastLabels.current === labels);
    lastLabels.current = labels;
    lastRun.current = store.run.peek();
    const open = tip.peek();
    const place = open && plot.current.locate(open.row);
    tip.value = open && place ? { row: open.row, ...place } : null;
  });
  const askAbout = useMemo(() => map.answers.asker(), [map]);
  useSignalEffect(() => askAbout(tip.value?.row ?? null));
  useSignalEffect(() => actions.sayNearest());
  // What a search finds is named.
  const found = useComputed(() => {
    const query = shared.query.value.trim();
    const options = { minCount: shared.minCount.value, limit: MOST_FOUND };
    return query ? titleSearch(store.items.value).find(query, options).rows : NOBODY;
  });
  useSignalEffect(() => {
    const hovered = shared.hovered.value;
    const neighbors = map.neighbors.value?.rows ?? NOBODY;
    plot.current?.mark({
      hovered: hovered ?? (focused.value ? cursor.value : null),
      tagHovered: hovered !== null && hovered !== own.value,
      primary: shared.primary.value,
      pinned: shared.pinned.value,
      selection: shared.selection.value,
      asked: new Set([
        ...asked.value,
        ...neighbors,
        ...found.value,
        ...(map.showCold.value ? NOBODY : map.cold.value.subarray(0, MOST_FOUND)),
      ]),
      n: context.trait<number>("n_labels").value,
      by: context.trait<string>("label_by").value ?? "auto",
      neighbors,
    });
  });

  const lookedAt = useRef(store.lookAt.peek()?.n);
  useSignalEffect(() => {
    const wanted = store.lookAt.value;
    if (!wanted || wanted.n === lookedAt.current) return;
    lookedAt.current = wanted.n;
    actions.show(wanted.item);
    if (!context.visible.peek()) surface.current?.scrollIntoView({ block: "nearest" });
  });

  const words = useComputed(() => {
    const names = labelled.value.slice(0, 8).map((row) => store.items.value.names.at(row));
    return summary(map.drawn.value.length, map.axes.value ?? [], map.components.value.length, names, map.one);
  });
  const facts = tip.value ? map.facts(tip.value.row) : null;
  const nearest = tip.value && nearestNames(map, store, tip.value.row);
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  const cursorKind = actions.pointer.drag() !== "pan" ? "box" : own.value !== null ? "point" : "pan";
  return (
    <>
      <div class="cw-scatter-plot">
        {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles are described by the summary */}
        <div
          ref={surface}
          class="cw-scatter-canvas"
          role={focused.value ? "application" : "img"}
          aria-label={`Map of ${map.one}s`}
          aria-describedby={summaryId}
          tabIndex={0}
          data-cursor={cursorKind}
          data-dragging={actions.dragging.value ? "" : undefined}
          data-old={map.waiting.value ? "" : undefined}
          onFocus={() => {
            focused.value = true;
            if (surface.current?.matches(":focus-visible")) actions.arrive();
          }}
          onBlur={() => {
            focused.value = false;
            actions.unhover();
          }}
          onKeyDown={(event) => actions.key(event)}
        >
          <canvas ref={pointsCanvas} />
          <canvas ref={overCanvas} />
        </div>
        <p id={summaryId} class="cw-unseen">
          {words.value}
        </p>
        {context.shows("zoom") && (
          <div class="cw-inline cw-scatter-zoom">
            <Button label="Zoom in" icon="plus" iconOnly onClick={() => actions.zoom(1.5)} />
            <Button label="Zoom out" icon="minus" iconOnly onClick={() => actions.zoom(1 / 1.5)} />
            <Button label="Fit" icon="fit" iconOnly title={`Fit all ${map.one}s (0)`} onClick={actions.fit} />
          </div>
        )}
        {hint.value && (
          <div class="cw-popup cw-scatter-hint" aria-hidden="true">
            {mac ? "⌘" : "Ctrl"} + wheel zooms; after a click on the map the wheel alone does
          </div>
        )}
      </div>
      {facts && tip.value && <Tooltip surface={surface} tip={tip.value} facts={facts} nearest={nearest} />}
    </>
  );
}
