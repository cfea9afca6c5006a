// Under the map: what colours mean, what the axes keep and go with, and the variance of each component.
import { useLayoutEffect, useRef } from "preact/hooks";
import { Why } from "../../components/Why";
import type { ViewContext } from "../../context";
import { formatBias, formatCount, formatNumber, formatShare } from "../../lib/format";
import { isAligned, numberWords } from "../../lib/scatter/axes";
import { BINS, type ColorScale, type Rgb } from "../../lib/scatter/palette";
import type { MapState } from "../../lib/scatter/state";
import { changedAxes, goesWith, isNoise, keptVariance, noiseEdge } from "../../lib/scatter/words";
import type { MapFrame } from "../../store";
import { NeighborWords } from "./NeighborWords";

export function Footer({ context, map }: { context: ViewContext; map: MapState }) {
  const frame = map.map.value;
  if (!frame) return null;
  const shown = map.components.value;
  const aligned = isAligned(frame, map.x.value, map.y.value);
  const changed = map.untrained.value || aligned ? [] : changedAxes(frame.match, shown);
  const together = (aligned ? ["A", "B"] : shown)
    .map((axis) => goesWith(axis, frame.correlations))
    .filter(Boolean);
  const noise = !map.untrained.value && isNoise(frame);
  const wanted = context.trait<string[] | null>("controls").value;
  return (
    <div class="cw-scatter-foot">
      <div class="cw-scatter-words">
        <Legend map={map} hasBias={context.store.itemBias.value !== null} />
        <NeighborWords context={context} map={map} />
        {noise && (
          <p>
            <strong>No structure yet:</strong> no axis keeps more than random vectors would.
          </p>
        )}
        {changed.length > 0 && (
          <p>
            <strong>Axes changed a lot since the last picture</strong> (PC {changed.join(", PC ")}): movement
            is not learning.
          </p>
        )}
        <div>
          {aligned && "The axes are turned to lie as before, and are no components. "}
          {keptVariance(shown, frame.explained)}{" "}
          <Why>
            The map is a shadow of {context.store.meta.value.n_factors ?? "many"} dimensions: titles apart in
            them can fall together here. Neighbours are computed in all of them. The sign of an axis is
            arbitrary.
          </Why>
        </div>
        {map.missing.value.map((words) => (
          <p key={words}>{words}</p>
        ))}
        {!map.untrained.value && together.map((words) => <p key={words}>{words}</p>)}
      </div>
      {(!wanted || wanted.includes("scree")) && <Scree map={map} frame={frame} shown={shown} />}
    </div>
  );
}

function ends({ by, low, high, own }: ColorScale): [string, string] {
  if (own === "categories") return ["", ""];
  if (own) return [numberWords(low), numberWords(high)];
  if (by === "bias") return [formatBias(low), formatBias(high)];
  if (by === "count") return [formatCount(low), formatCount(high)];
  return [formatNumber(low, 2), formatNumber(high, 2)];
}

const NAMES: Record<string, string> = {
  bias: "bias, relative to the average title",
  count: "ratings (log)",
  mean: "mean rating",
};

/** What the colours stand for; null where they stand for nothing. */
export function colourKey(map: MapState) {
  const { scale } = map.colouring.value;
  const colors = map.ramp.value;
  if (scale.by === "none" || colors.length === 0) return null;
  const [low, high] = ends(scale);
  const ramp = scale.own === "categories" ? [] : colors.slice(0, BINS);
  const named = (scale.legend ?? []).map(([name, bin]) => [name, colors[bin]] as const);
  return { name: NAMES[scale.by] ?? scale.by, low, high, ramp, named };
}

function Legend({ map, hasBias }: { map: MapState; hasBias: boolean }) {
  const by = map.sizeBy.value;
  const sized = by === "none" ? "" : `size: ${by === "count" ? "ratings" : by}`;
  if (map.colorBy.value === "bias" && !hasBias) {
    return <p class="cw-scatter-legend">This model has no biases to colour by. {sized}</p>;
  }
  const key = colourKey(map);
  if (!key) return sized ? <p class="cw-scatter-legend">{sized}</p> : null;
  const { name, low, high, ramp, named } = key;
  return (
    <p class="cw-scatter-legend">
      <span>{name}:</span>
      {ramp.length > 0 && (
        <span class="cw-scatter-ends">
          {low} <Strip ramp={ramp} /> {high}
        </span>
      )}
      {named.map(([text, color]) => (
        <span key={text} class="cw-scatter-named">
          <Strip ramp={[color]} /> {text}
        </span>
      ))}
      {sized && <span>· {sized}</span>}
    </p>
  );
}

function Strip({ ramp }: { ramp: readonly Rgb[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    ramp.forEach(([r, g, b], i) => {
      context.fillStyle = `rgb(${r} ${g} ${b})`;
      context.fillRect(i, 0, 1, 1);
    });
  }, [ramp]);
  return <canvas ref={canvas} width={ramp.length} height={1} />;
}

/** Bars of the variance each component keeps, to choose axes by, and the share that random vectors would give. */
function Scree({ map, frame, shown }: { map: MapState; frame: MapFrame; shown: readonly number[] }) {
  const { explained, m } = frame;
  const noise = noiseEdge(frame);
  const shares = explained.slice(0, m);
  const most = Math.max(noise, ...shares, 1e-9);
  return (
    <div
      class="cw-scatter-scree"
      role="group"
      aria-label="Variance by component"
      style={{ "--noise": noise / most }}
    >
      {shares.map((share, i) => (
        <button
          key={i}
          type="button"
          aria-label={`PC ${i + 1}, ${formatShare(share)} of the variance`}
          aria-pressed={shown.includes(i + 1)}
          title="To the horizontal axis; with Shift to the vertical one"
          onClick={(event) => map.setAxis(event.shiftKey ? "y" : "x", i + 1)}
        >
          <span>PC {i + 1}</span>
          <i style={{ "--share": share / most }} />
          <span>{formatShare(share)}</span>
        </button>
      ))}
      {noise > 0 && (
        <p title={`The strongest of random components; on average they keep ${formatShare(frame.noise)}`}>
          random vectors: {formatShare(noise)}
        </p>
      )}
    </div>
  );
}
