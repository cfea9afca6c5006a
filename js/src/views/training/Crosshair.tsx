// A line over the loss chart that follows the pointer, or the arrow keys from epoch to epoch, and what it reads there.

import { useSignal } from "@preact/signals";
import { setTo } from "../../components/fields";
import { useView } from "../../context";
import { clamp } from "../../lib/clamp";
import { type LossFacts, mappingOf } from "../../lib/loss/layout";
import { type Plot, placeText, readings, readingText } from "../../lib/loss/readings";

export function Crosshair(props: {
  facts: LossFacts;
  /** Where the curves are. */
  plot: Plot;
}) {
  const { facts, plot } = props;
  const { store } = useView();
  const at = useSignal<number | null>(null);
  const mapX = mappingOf(facts);
  const epochs = Math.max(facts.history.length, ...facts.earlier.map((run) => run.epochs));
  const own = store.runs.value.find((run) => run.present && facts.earlier.length)?.name ?? "this run";
  const found = at.value === null ? [] : readings(facts, mapX, at.value, own);
  const share = Math.min(1, (at.value ?? 0) / plot.end);
  const x = plot.left + share * (plot.right - plot.left);
  const where = at.value === null ? "" : placeText(facts, at.value);
  const words = found.map((reading) => `${reading.name}: ${readingText(reading, facts)}`);

  const leave = setTo(at, null);
  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const along = (event.clientX - box.left - plot.left) / (plot.right - plot.left);
    at.value = along < 0 || along > 1 ? null : along * plot.end;
  };
  const press = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && at.value !== null) {
      event.preventDefault();
      leave();
      return;
    }
    const before = Array.from({ length: epochs }, (_, i) => i + 1).filter(
      (epoch) => mapX(epoch) < (at.value ?? 0) - 1e-6,
    );
    const here = before.length;
    const on = at.value !== null && Math.abs(mapX(here + 1) - at.value) < 1e-6;
    const next = { ArrowRight: here + (on ? 2 : 1), ArrowLeft: here, Home: 1, End: epochs }[event.key];
    if (next === undefined || !epochs) return;
    event.preventDefault();
    at.value = mapX(clamp(next, 1, epochs));
  };

  return (
    <div
      class="cw-crosshair"
      role="slider"
      tabIndex={0}
      aria-label="Crosshair of the loss chart"
      aria-valuemin={0}
      aria-valuemax={plot.end}
      aria-valuenow={at.value ?? 0}
      aria-valuetext={[where || "off: arrow keys go from epoch to epoch", ...words].join("; ")}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={leave}
      onBlur={leave}
      onKeyDown={press}
    >
      {found.length > 0 && (
        <div aria-hidden="true">
          <div
            class="cw-cross"
            style={{ left: `${x}px`, top: `${plot.top}px`, height: `${plot.bottom - plot.top}px` }}
          />
          <div
            class="cw-stack cw-tight cw-small cw-popup cw-cross-words"
            style={
              share > 0.5
                ? { right: `calc(100% - ${x - 8}px)`, top: `${plot.top}px` }
                : { left: `${x + 8}px`, top: `${plot.top}px` }
            }
          >
            <b>{where}</b>
            {found.map((reading) => (
              <p key={reading.name}>
                <span class="cw-soft">{reading.name}</span> {readingText(reading)}
              </p>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}
