// Under the map: what colours mean, what the axes keep and go with, and the variance of each component.
import { useLayoutEffect, useRef } from "preact/hooks";
import { Why } from "../../components/Why";
import { useView, type ViewContext } from "../../context";
import { formatBias, formatCount, formatNumber, formatShare } from "../../lib/format";
import { fittedOn, numberTitles, numberWords } from "../../lib/scatter/axes";
import type { MapFrame } from "../../lib/scatter/frame";
import { BINS, type ColorScale, type Rgb } from "../../lib/scatter/palette";
import type { MapState } from "../../lib/scatter/state";
import { changedAxes, goesWith, isNoise, keptVariance, noiseEdge, ofAxes } from "../../lib/scatter/words";

export function Footer({ map }: { map: MapState }) {
  const { store, shows, width } = useView();
  const frame = map.map.value;
  if (!frame) return null;
  const shown = map.components.value;
  const changed = map.untrained.value ? [] : changedAxes(frame.axis_match, shown);
  const held = map.untrained.value ? "" : ofAxes(frame.axis_match, shown);
  const agreed = ofAxes(frame.agreement, shown);
  // Where the axes have no room to say it.
  const narrow = width.value < 560 && shown.length > 0 && frame.fit_count > 0;
  const together = shown.map((component) => goesWith(component, frame)).filter(Boolean);
  const noise = !map.untrained.value && isNoise(frame);
  return (
    <div class="cw-flow cw-scatter-foot">
      <div class="cw-soft cw-scatter-words">
        <Legend map={map} />
        <NeighborWords map={map} />
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
          {keptVariance(shown, frame.explained_variance)}{" "}
          <Why>
            The map is a shadow of {store.data.value.n_factors ?? "many"} dimensions: {map.one}s apart in them
            can fall together here. Neighbours are computed in all of them. The sign of an axis is arbitrary.
          </Why>
        </div>
        {narrow && <p>Fitted on {fittedOn(frame, map.one)}.</p>}
        {held && (
          <p title="Cosine of each axis to itself in the picture before">
            Axes held {held} since the last picture.
          </p>
        )}
        {agreed && (
          <p title="Mean |r| of the titles’ scores with those in reruns">
            In reruns the axes come back with r = {agreed}.
          </p>
        )}
        {map.missing.value.map((words) => (
          <p key={words}>{words}</p>
        ))}
        {!map.untrained.value && together.map((words) => <p key={words}>{words}</p>)}
      </div>
      {shows("scree") && <Scree map={map} frame={frame} shown={shown} />}
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

/** What the colours stand for; null where they stand for nothing. */
function colourKey(map: MapState, { data }: ViewContext["store"]) {
  const { scale } = map.colouring.value;
  const colors = map.ramp.value;
  if (scale.by === "none" || colors.length === 0) return null;
  const [low, high] = ends(scale);
  // A column of one value has no ends.
  const one = low === high;
  const ramp = one ? [] : colors.slice(0, BINS);
  const bins = one && low ? [[low, (BINS - 1) / 2] as const] : [];
  const named = [...bins, ...(scale.legend ?? [])].map(([name, bin]) => [name, colors[bin]] as const);
  const [name] = numberTitles(scale.by, data.value, map.one);
  return { name, low: one ? "" : low, high: one ? "" : high, ramp, named };
}

function Legend({ map }: { map: MapState }) {
  const context = useView();
  const missing = context.trait("color_by").value === "bias" && context.store.itemBias.value === null;
  const key = missing ? null : colourKey(map, context.store);
  const sized = context.trait<string>("size_by").value;
  return (
    <>
      {missing && <p>This model has no biases to colour by.</p>}
      {key && (
        <p class="cw-flow cw-scatter-legend">
          <span>{key.name}:</span>
          {key.ramp.length > 0 && (
            <span class="cw-inline">
              {key.low} <Strip ramp={key.ramp} /> {key.high}
            </span>
          )}
          {key.named.map(([text, color]) => (
            <span key={text} class="cw-inline">
              <Strip ramp={[color]} /> {text}
            </span>
          ))}
        </p>
      )}
      {map.cold.value.length > 0 && (
        <p class="cw-inline cw-scatter-legend">
          <i class="cw-scatter-size" style={{ width: "8px" }} /> no ratings: placed by{" "}
          {context.store.data.value.item_features}
        </p>
      )}
      {sized !== "none" && (
        <p class="cw-flow cw-scatter-legend">
          <span>size: {sized === "count" ? "ratings" : sized}</span>
          {map.sizeEnds.value.map(({ text, radius }) => (
            <span key={text} class="cw-inline">
              <i class="cw-scatter-size" style={{ width: `${2 * radius}px` }} /> {text}
            </span>
          ))}
        </p>
      )}
    </>
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

/** How far the map leads astray: the true neighbours of the explored title that it does not show as near. */
function NeighborWords({ map }: { map: MapState }) {
  const { store, shared, trait } = useView();
  if (!trait<boolean>("show_neighbors").value || map.untrained.value) return null;
  const primary = shared.primary.value;
  if (primary === null) return <p>Choose a {map.one} to see lines to its true neighbours.</p>;
  const words = map.farWords.value;
  if (!words) {
    const gone = store.connection.value === "disconnected";
    return gone ? <p>True neighbours need the kernel.</p> : null;
  }
  return (
    <div>
      <span>
        {store.items.value.names.at(primary)}: {words}
        {map.past.value && " They are those of the newest epoch."}
      </span>{" "}
      <Why>
        The nearest by cosine in all dimensions, as the neighbour search finds them. Far is what is not among
        the nearest tenth of the {map.one}s on the map, or the nearest {trait<number>("k").value} if that is
        more.
      </Why>
    </div>
  );
}

/** Bars of the variance each component keeps, to choose axes by, and the share that random vectors would give. */
function Scree({ map, frame, shown }: { map: MapState; frame: MapFrame; shown: readonly number[] }) {
  const { explained_variance, m } = frame;
  const noise = noiseEdge(frame);
  const shares = explained_variance.slice(0, m);
  const most = Math.max(noise, ...shares, 1e-9);
  return (
    <div
      class="cw-soft cw-scatter-scree"
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
        <p
          title={`The strongest of random components; on average they keep ${formatShare(frame.noise_level)}`}
        >
          random vectors: {formatShare(noise)}
        </p>
      )}
    </div>
  );
}
