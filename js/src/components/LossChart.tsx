// The loss chart as SVG, where no bqplot figure can be shown: train faint and smoothed, validation with markers.
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ViewContext } from "../context";
import { smooth } from "../lib/curve";
import { formatLoss, formatNumber, formatRmse, ratingUnit } from "../lib/format";
import { linePath, nearest, type XAxis, type YScale } from "../lib/losschart";
import { type LossFacts, layOutLoss } from "../lib/losslayout";
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
  const { y_range, baseline_mse } = store.meta.value;
  const curve = store.curve.value;
  const left = MARGIN.left;
  const right = Math.max(left + 1, width.value - MARGIN.right);
  const bottom = height - MARGIN.bottom;
  const { mapX, end, toX, toY, scored, best, ...at } = layOutLoss(
    lossFacts(store, smoothed.value, xAxis.value, yScale.value),
    { left, right, top: MARGIN.top, bottom },
  );
  const raw = linePath(curve, toX, toY);
  const line = linePath({ x: curve.x, loss: smoothed.value }, toX, toY);
  const valid = scored.map(
    (row) => `${toX(row.epoch).toFixed(1)},${toY(row.valid_loss as number).toFixed(1)}`,
  );
  const baselineY = at.baselineY ?? 0;
  const baselineTextY = baselineY > bottom - 20 ? baselineY - 6 : baselineY + 14;
  const summary = chartSummary(history);
  const clip = `${id}-clip`;

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
            <clipPath id={clip}>
              <rect x={left} y={MARGIN.top - 4} width={right - left + 6} height={bottom - MARGIN.top + 6} />
            </clipPath>
            <text class="cw-axis-name" x={left - 8} y={12} text-anchor="end">
              MSE
            </text>
            <text class="cw-axis-name" x={width.value} y={12} text-anchor="end">
              {ratingUnit(y_range) === "stars" ? "RMSE, stars" : "RMSE"}
            </text>
            {at.yTicks.map(({ y, mse, rmse }) => (
              <g key={mse} transform={`translate(0,${y.toFixed(1)})`}>
                <line class="cw-grid" x1={left} x2={right} />
                <text class="cw-tick" x={left - 8} dy="0.32em" text-anchor="end">
                  {mse}
                </text>
                <text class="cw-tick" x={right + 8} dy="0.32em">
                  {rmse}
                </text>
              </g>
            ))}
            <line class="cw-axis" x1={left} x2={right} y1={bottom} y2={bottom} />
            {at.xTicks.map(({ x, text }) => (
              <text key={x} class="cw-tick" x={x} y={bottom + 16} text-anchor="middle">
                {text}
              </text>
            ))}
            <text class="cw-axis-name" x={right} y={height - 2} text-anchor="end">
              {at.xName}
            </text>
            <g clip-path={`url(#${clip})`}>
              {baseline_mse !== null && (
                <line class="cw-baseline" x1={left} x2={right} y1={baselineY} y2={baselineY} />
              )}
              <path class="cw-raw" d={raw} />
              <path class="cw-train-line" d={line} />
              {valid.length > 1 && <polyline class="cw-valid-line" points={valid.join(" ")} />}
              {scored.map((row) => (
                <circle
                  key={row.epoch}
                  class={`cw-valid-point${row === best ? " cw-best" : ""}`}
                  cx={toX(row.epoch)}
                  cy={toY(row.valid_loss as number)}
                  r={row === best ? 5.5 : 4}
                />
              ))}
              {baseline_mse !== null && (
                <text class="cw-baseline-name" x={right - 4} y={baselineTextY} text-anchor="end">
                  predict the mean
                </text>
              )}
              {read && (
                <>
                  <line class="cw-cross" x1={read.x} x2={read.x} y1={MARGIN.top} y2={bottom} />
                  <circle class="cw-cross-point" cx={read.x} cy={read.y} r={3.5} />
                </>
              )}
            </g>
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
