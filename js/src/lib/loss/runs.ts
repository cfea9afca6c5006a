// Earlier trainings of the learner: their names, results and curves.
import type { RunRow } from "../../protocol";
import { type CurvePoints, curveOf, smooth } from "./curve";
import { type XAxis, xMapping } from "./scales";

export interface EarlierRun extends RunRow {
  train: CurvePoints;
  valid: CurvePoints;
}

/** An earlier run as it is drawn: its training loss is smoothed. */
export interface DrawnRun extends EarlierRun {
  smoothed: Float32Array;
}

/** The runs before the present one, cut out of all curves one after the other. */
export function earlierRuns(rows: readonly RunRow[], pairs: Float32Array): EarlierRun[] {
  let from = 0;
  const cut = (n: number): CurvePoints => {
    const part = curveOf(pairs.subarray(2 * from, 2 * (from + n)));
    from += n;
    return part;
  };
  // Rows and curves can come in two messages.
  if (rows.reduce((sum, row) => sum + row.points[0] + row.points[1], 0) * 2 !== pairs.length) return [];
  return rows
    .filter((row) => !row.present)
    .map((row) => ({ ...row, train: cut(row.points[0]), valid: cut(row.points[1]) }));
}

export const drawnRuns = (runs: readonly EarlierRun[], visible: readonly number[], smoothing: number) =>
  runs
    .filter(({ run }) => visible.includes(run))
    .map((run) => ({ ...run, smoothed: smooth(run.train, smoothing) }));

/** From epochs of a run to what the x axis counts; in seconds its epochs are even. */
export const runMapping = (axis: XAxis, run: RunRow, nTrain: number): ((epoch: number) => number) =>
  xMapping(axis, [(run.seconds ?? 0) / Math.max(1, run.epochs)], nTrain, run.bs);
