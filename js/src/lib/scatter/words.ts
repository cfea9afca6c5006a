// The sentences of the map: axis names, what guards against misreading it, what a point says of itself.

import type { MapFacts } from "../../protocol";
import { formatBias, formatCount, formatNumber, formatShare, plural } from "../format";
import { FEW_RATINGS } from "../ranking";
import type { One } from "../wording";
import type { AxisFacts } from "./axes";

/** "PC 1 · 12.4 %": a component by its number from 1, with its share of the variance. */
export function axisName(component: number, explained: readonly number[]): string {
  return `PC ${component} · ${formatShare(explained[component - 1])}`;
}

/** "24.5 % of the variance kept": for a corner of the picture. */
export function keptShare(shown: readonly number[], explained: readonly number[]): string {
  return shown.length ? `${formatShare(sumOf(shown, explained))} of the variance kept` : "";
}

function sumOf(shown: readonly number[], explained: readonly number[]): number {
  return shown.reduce((sum, component) => sum + (explained[component - 1] ?? Number.NaN), 0);
}

/** How much of the variance the picture keeps: what is far apart in all dimensions can be close in two. */
export function keptVariance(shown: readonly number[], explained: readonly number[]): string {
  if (shown.length === 0) return "No axis is a component, so nearness here is not what the model learnt.";
  const kept = formatShare(sumOf(shown, explained));
  return shown.length > 1
    ? `Together the axes keep ${kept} of the variance.`
    : `PC ${shown[0]} keeps ${kept} of the variance.`;
}

/** Of a few rows the strongest random component can lie a little above the edge. */
const NOISE_MARGIN = 1.05;

/** What the strongest of k components of n random vectors keeps, (1 + √(k / n))² / k (Marchenko & Pastur 1967). */
export function noiseEdge({ noise_level, fit_count }: Pick<MapFacts, "noise_level" | "fit_count">): number {
  return noise_level > 0 && fit_count > 0
    ? Math.min(1, (Math.sqrt(noise_level) + 1 / Math.sqrt(fit_count)) ** 2)
    : 0;
}

/** Whether no component keeps more than random vectors would; of one component alone nothing can be said. */
export function isNoise(frame: Pick<MapFacts, "noise_level" | "fit_count" | "explained_variance">): boolean {
  return frame.noise_level < 1 && Math.max(0, ...frame.explained_variance) <= NOISE_MARGIN * noiseEdge(frame);
}

/** The components whose direction is hardly that of the frame before, numbered from 1. */
export function changedAxes(match: readonly number[] | null, shown: readonly number[]): number[] {
  return [...new Set(shown)].filter((component) => (match?.[component - 1] ?? 1) < 0.7);
}

/** "0.94 / 0.79": a number of each axis shown; empty where there is none. */
export function ofAxes(match: readonly number[] | null, shown: readonly number[]): string {
  return shown
    .flatMap((component) => match?.[component - 1] ?? [])
    .map((r) => formatNumber(r, 2))
    .join(" / ");
}

/** "PC 1 goes with: log ratings r = 0.61, mean r = 0.43 (n = 1,664)", n after each where they differ; or empty. */
export function goesWith(
  component: number,
  { axis_correlations, correlation_counts }: Pick<MapFacts, "axis_correlations" | "correlation_counts">,
): string {
  const found = Object.entries(axis_correlations[String(component)] ?? {})
    .filter(([, r]) => Number.isFinite(r) && Math.abs(r) >= 0.2)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const of = ([name]: [string, number]) => ` (n = ${formatCount(correlation_counts[name])})`;
  const parts = found.map(([name, r], i) => {
    const next = found[i + 1];
    const words = `${name === "count" ? "log ratings" : name} r = ${formatNumber(r, 2)}`;
    return (words + (next && of(next) === of([name, r]) ? "" : of([name, r]))).replaceAll(" ", "\u00a0");
  });
  return parts.length ? `PC ${component} goes with: ${parts.join(", ")}` : "";
}

export interface PointFacts {
  title: string;
  /** "0 ratings, from its year and genres", where ratings do not tell of it. */
  of?: string | null;
  count: number;
  mean: number;
  /** Bias relative to the average title, or null where the model has none. */
  bias: number | null;
  /** Its effect on a mean rating; null where it is the bias itself. */
  effect: number | null;
  /** What the effect is counted in: "stars", or "rating". */
  unit: string;
  /** Where it lies on the axes, and its values of the user's own that colours and sizes show. */
  places: readonly string[];
}

/** The lines of the tooltip under the title; the same text is what a screen reader hears. */
export function pointLines(facts: PointFacts): string[] {
  const few = facts.count < FEW_RATINGS ? " (few: uncertain)" : "";
  const lines = [facts.of ?? `${plural(facts.count, "rating")}${few}, mean ${formatNumber(facts.mean, 2)}`];
  if (facts.bias !== null) {
    const effect = facts.effect ?? facts.bias;
    const logit = facts.effect === null ? "" : ` (logit ${formatBias(facts.bias)})`;
    lines.push(`bias ${formatBias(effect)} ${facts.unit}${logit}`);
  }
  if (facts.places.length) lines.push(facts.places.join(", "));
  return lines;
}

/** What stands for the picture when it is not seen. */
export function summary(
  shown: number,
  axes: readonly AxisFacts[],
  components: number,
  named: readonly string[],
  one: One,
): string {
  if (shown === 0) return "Scatter plot without points.";
  const [x, y] = axes.map(({ name }) => name);
  const by = components === 2 ? " by two principal components" : "";
  const labelled = named.length ? ` Labelled: ${named.join("; ")}.` : "";
  return `Scatter plot of ${plural(shown, one)}${by}: horizontally ${x}, vertically ${y}.${labelled}`;
}
