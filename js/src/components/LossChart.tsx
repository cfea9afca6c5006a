// The loss chart as SVG, where no bqplot figure can be shown: train faint and smoothed, validation with markers.
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ViewContext } from "../context";
import { smooth } from "../lib/curve";
import { formatLoss, formatNumber, formatRmse } from "../lib/format";
import { nearest, type XAxis, type YScale } from "../lib/losschart";
import type { LossFacts } from "../lib/losslayout";
import { drawLoss } from "../lib/pictures/loss";
import { SvgPen } from "../lib/pictures/pen";
import { PAGE_LOOK } from "../lib/pictures/picture";
import { chartSummary } from "../lib/wording";
import type { LearnerStore } from "../store";
import { LossLegend } from "./LossLegend";
import { useId } from "./useId";

export interface LossChartProps {
  context: ViewContext;
  xAxis: ReadonlySignal<XAxis>;
  yScale: ReadonlySignal<YScale>;
  smoothing: ReadonlySignal<number>;
}

/** Nothing in this chart is placed by the width of a text. */
const NO_RULER = { font: "", measureText: () => ({ width: 0 }) };
const MARGIN = { top: 24, right: 48, bottom: 32, left: 48 };

/** What the chart is drawn from, as the store has it now. */
export function lossFacts(
  store: LearnerStore,
  smoothed: Float32Array,
  xAxis: XAxis,
  yScale: YScale,
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
  };
}

export function LossChart({ context, xAxis, yScale, smoothing }: LossChartProps) {
  const { store, signal } = context;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const pointed = useSignal<number | null>(null);

  useEffect(() => {
    const observer = new ResizeObserver((entries) => {
      width.value = Math.round(entries[entries.length - 1].contentRect.width);
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [signal]);

  const smoothed = useComputed(() => smooth(store.curve.value, smoothing.value));
  const height = width.value < 480 ? 224 : 264;
  const history = store.history.value;
  const { y_range } = store.meta.value;
  const curve = store.curve.value;
  const left = MARGIN.left;
  const right = Math.max(left + 1, width.value - MARGIN.right);
  const bottom = height - MARGIN.bottom;
  const room = { left, right, top: MARGIN.top, bottom };
  const pen = new SvgPen(NO_RULER);
  const facts = lossFacts(store, smoothed.value, xAxis.value, yScale.value);
  const { mapX, end, toX, toY, scored } = drawLoss(pen, PAGE_LOOK, facts, room);
  const summary = chartSummary(history);

  const point = (event: PointerEvent) => {
    const bounds = (event.currentTarget as Element).getBoundingClientRect();
    const share = (event.clientX - bounds.left - left) / (right - left);
    pointed.value = share < 0 || share > 1 ? null : share * end;
  };
  const read = pointed.value === null ? null : readAt(pointed.value);

  function readAt(wanted: number) {
    const xs = Float32Array.from(curve.x, mapX);
    const i = nearest(xs, wanted);
    if (i < 0) return null;
    const row = scored.reduce<(typeof scored)[number] | null>((closest, other) => {
      if (!closest) return other;
      return Math.abs(mapX(other.epoch) - wanted) < Math.abs(mapX(closest.epoch) - wanted) ? other : closest;
    }, null);
    return { x: toX(curve.x[i]), y: toY(smoothed.value[i]), epoch: curve.x[i], loss: smoothed.value[i], row };
  }

  return (
    <div class="cw-chart" ref={box}>
      <div role="img" aria-label="Loss" aria-describedby={`${id}-words`}>
        {width.value > 0 && (
          <svg
            width={width.value}
            height={height}
            aria-hidden="true"
            onPointerMove={point}
            onPointerLeave={() => {
              pointed.value = null;
            }}
          >
            {pen.parts.map(([name, attributes, text], i) => h(name, { key: i, ...attributes }, text))}
            {read && (
              <>
                <line class="cw-cross" x1={read.x} x2={read.x} y1={MARGIN.top} y2={bottom} />
                <circle class="cw-cross-point" cx={read.x} cy={read.y} r={3.5} />
              </>
            )}
          </svg>
        )}
      </div>
      <p id={`${id}-words`} class="cw-unseen">
        {summary}
      </p>
      <p class="cw-legend" aria-hidden="true">
        {read ? (
          <span>
            epoch {formatNumber(read.epoch, 2)} · <b class="cw-train-name">train</b> {formatLoss(read.loss)}
            {read.row && (
              <>
                {" · "}
                <b class="cw-valid-name">valid</b> {formatLoss(read.row.valid_loss)} (
                {formatRmse(read.row.rmse, y_range)}) at epoch {read.row.epoch}
              </>
            )}
          </span>
        ) : (
          <LossLegend context={context} />
        )}
      </p>
    </div>
  );
}
