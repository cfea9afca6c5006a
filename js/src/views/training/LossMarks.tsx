// The parts of the loss chart, as SVG elements that the style sheet colours.
import { formatLoss, formatRmse, ratingUnit } from "../../lib/format";
import type { LossFacts, LossLayout } from "../../lib/loss/layout";
import { type DrawnRun, runMapping } from "../../lib/loss/runs";
import { linePath, type Room } from "../../lib/loss/scales";

interface MarksProps {
  facts: LossFacts;
  layout: LossLayout;
  room: Room;
}

/** Names, ticks and grid lines; at the right the root of the loss, where the loss is the squared error. */
export function LossAxes({ facts, layout, room }: MarksProps) {
  const { left, right, top, bottom } = room;
  const { loss_name, y_range } = facts.meta;
  return (
    <>
      <text x={left - 8} y={top - 12} text-anchor="end">
        {loss_name}
      </text>
      {loss_name === "MSE" && (
        <text x={right + 44} y={top - 12} text-anchor="end">
          {ratingUnit(y_range) === "stars" ? "RMSE, stars" : "RMSE"}
        </text>
      )}
      {layout.yTicks.map(({ y, mse, rmse }) => (
        <g key={mse} class="cw-loss-tick">
          <line class="cw-loss-grid" x1={left} x2={right} y1={y} y2={y} />
          <text x={left - 8} y={y + 4} text-anchor="end">
            {mse}
          </text>
          <text x={right + 8} y={y + 4}>
            {rmse}
          </text>
        </g>
      ))}
      <line class="cw-loss-grid" x1={left} x2={right} y1={bottom} y2={bottom} />
      {layout.xTicks.map(({ x, text }) => (
        <text key={text} x={x} y={bottom + 16} text-anchor="middle">
          {text}
        </text>
      ))}
      <text x={right} y={bottom + 30} text-anchor="end">
        {layout.xName}
      </text>
    </>
  );
}

/** The loss of trivial predictions, earlier runs, and the present one before them all. */
export function LossCurves({ facts, layout, room }: MarksProps) {
  const { left, right, bottom } = room;
  const { baselineY, scored, best, toX, toY } = layout;
  const xs = Float32Array.from(facts.curve.x, toX);
  const path = (losses: Float32Array) => linePath(xs, losses.map(toY), room);
  const spots = scored.map((row) => ({ x: toX(row.epoch), y: toY(row.valid_loss as number), row }));
  const [spotXs, spotYs] = [spots.map(({ x }) => x), spots.map(({ y }) => y)];
  const inSight = baselineY !== null && baselineY >= room.top - 4 && baselineY <= bottom + 2;
  return (
    <>
      {inSight && <line class="cw-loss-mean" x1={left} x2={right} y1={baselineY} y2={baselineY} />}
      {facts.earlier.map((run, i) => (
        <EarlierCurve key={run.run} run={run} place={i} facts={facts} layout={layout} room={room} />
      ))}
      <path class="cw-loss-raw" d={path(facts.curve.loss)} />
      <path class="cw-loss-train" d={path(facts.smoothed)} />
      <path class="cw-loss-valid" d={linePath(spotXs, spotYs, room)} />
      {spots.map(({ x, y, row }) => (
        <circle
          key={row.epoch}
          class={row === best ? "cw-loss-valid cw-loss-best" : "cw-loss-valid"}
          cx={x}
          cy={y}
          r={row === best ? 5.5 : 4}
        />
      ))}
      {inSight && (
        <text
          class="cw-loss-mean-words"
          x={right - 4}
          y={baselineY > bottom - 20 ? baselineY - 6 : baselineY + 14}
          text-anchor="end"
        >
          predict the mean
        </text>
      )}
    </>
  );
}

/** Faint, validation dashed, and its number at its end: the colours are the present run's. */
function EarlierCurve({ run, place, facts, layout, room }: MarksProps & { run: DrawnRun; place: number }) {
  const { left, right, top, bottom } = room;
  const map = runMapping(facts.xAxis, run, facts.meta.n_train);
  const along = (epochs: Float32Array) =>
    epochs.map((epoch) => left + (map(epoch) / layout.end) * (right - left));
  const ended = run.valid.x.length ? run.valid : { x: run.train.x, loss: run.smoothed };
  const y = layout.toY(ended.loss.at(-1) ?? Number.NaN);
  // Above its curve's end, and beside the numbers of others, which may end there too.
  const x = (along(ended.x).at(-1) ?? 0) - 6 - 10 * place;
  return (
    <>
      <path class="cw-loss-run" d={linePath(along(run.train.x), run.smoothed.map(layout.toY), room)} />
      <path
        class="cw-loss-run cw-loss-run-valid"
        d={linePath(along(run.valid.x), run.valid.loss.map(layout.toY), room)}
      />
      {y >= top && y <= bottom && (
        <text class="cw-loss-number" x={x} y={y - 5} text-anchor="end">
          {run.run}
        </text>
      )}
    </>
  );
}

interface KeyProps extends MarksProps {
  /** Whether there is room for the root of the best loss. */
  rmse: boolean;
  /** Whether one row holds all. */
  wide: boolean;
}

/** What the curves are, and the best epoch in words. */
export function LossKey({ facts, layout: { best }, room, rmse, wide }: KeyProps) {
  const left = wide ? room.left : 8;
  const y = room.bottom + 52;
  const root = typeof best?.rmse === "number" ? `, RMSE ${formatRmse(best.rmse, facts.meta.y_range)}` : "";
  return (
    <g class="cw-loss-key">
      <line class="cw-loss-train" x1={left} x2={left + 20} y1={y - 4} y2={y - 4} />
      <text x={left + 26} y={y}>
        train, smoothed
      </text>
      {facts.meta.baseline !== null && (
        <>
          <circle class="cw-loss-valid" cx={left + 142} cy={y - 4} r={4} />
          <text x={left + 152} y={y}>
            validation
          </text>
        </>
      )}
      {best && (
        <text
          class="cw-loss-best-words"
          x={wide ? room.right + 40 : left}
          y={wide ? y : y + 20}
          text-anchor={wide ? "end" : "start"}
        >
          best: {formatLoss(best.valid_loss)}
          {rmse && root}, epoch {best.epoch}
        </text>
      )}
    </g>
  );
}
