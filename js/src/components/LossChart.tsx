// The loss chart as SVG, where no bqplot figure can be shown: train faint and smoothed, validation with markers.
import { useSignal } from "@preact/signals";
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ViewContext } from "../context";
import type { XAxis, YScale } from "../lib/losschart";
import type { LossFacts } from "../lib/losslayout";
import { drawLoss } from "../lib/pictures/loss";
import { SvgPen } from "../lib/pictures/pen";
import { PAGE_LOOK } from "../lib/pictures/picture";
import type { DrawnRun } from "../lib/runs";
import { chartSummary } from "../lib/wording";
import type { LearnerStore } from "../store";
import { Crosshair } from "./Crosshair";
import { LossLegend } from "./LossLegend";
import { useId } from "./useId";

/** Nothing in this chart is placed by the width of a text. */
const NO_RULER = { font: "", measureText: () => ({ width: 0 }) };
const MARGIN = { top: 24, right: 48, bottom: 32, left: 48 };

/** What the chart is drawn from, as the store has it now. */
export function lossFacts(
  store: LearnerStore,
  smoothed: Float32Array,
  xAxis: XAxis,
  yScale: YScale,
  earlier: readonly DrawnRun[],
): LossFacts {
  return {
    curve: store.curve.value,
    smoothed,
    history: store.history.value,
    bestEpoch: store.bestEpoch.value,
    meta: store.meta.value,
    recipe: store.recipe.value,
    status: store.status.value,
    xAxis,
    yScale,
    earlier,
  };
}

export function LossChart({ context, facts }: { context: ViewContext; facts: LossFacts }) {
  const { signal } = context;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);

  useEffect(() => {
    const observer = new ResizeObserver((entries) => {
      width.value = Math.round(entries[entries.length - 1].contentRect.width);
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [signal]);

  const height = width.value < 480 ? 224 : 264;
  const left = MARGIN.left;
  const right = Math.max(left + 1, width.value - MARGIN.right);
  const room = { left, right, top: MARGIN.top, bottom: height - MARGIN.bottom };
  const pen = new SvgPen(NO_RULER);
  const { end } = drawLoss(pen, PAGE_LOOK, facts, room);

  return (
    <div class="cw-chart">
      <div class="cw-plot" ref={box}>
        <div role="img" aria-label="Loss" aria-describedby={`${id}-words`}>
          {width.value > 0 && (
            <svg width={width.value} height={height} aria-hidden="true">
              {pen.parts.map(([name, attributes, text], i) => h(name, { key: i, ...attributes }, text))}
            </svg>
          )}
        </div>
        <Crosshair context={context} facts={facts} plot={() => ({ ...room, end })} />
      </div>
      <p id={`${id}-words`} class="cw-unseen">
        {chartSummary(facts.history)}
      </p>
      <p class="cw-legend" aria-hidden="true">
        <LossLegend context={context} />
      </p>
    </div>
  );
}
