// The map of titles: a scatter of the learner's titles by two principal components of their factors.
import { type Signal, useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { Button } from "../components/Button";
import { Frame } from "../components/Frame";
import { EmptyResult } from "../components/Notice";
import { useId } from "../components/useId";
import type { ViewContext } from "../context";
import { formatCount, plural } from "../lib/format";
import { helpfulMinCount } from "../lib/minratings";
import type { Plot } from "../lib/scatter/plot";
import { createMapState, type MapState } from "../lib/scatter/state";
import css from "./PCAScatter.css";
import { Controls } from "./scatter/Controls";
import { Footer } from "./scatter/Footer";
import { Frames } from "./scatter/Frames";
import { KeyList } from "./scatter/KeyList";
import { Picture } from "./scatter/Picture";
import { TakeAwayMap } from "./scatter/TakeAwayMap";

export const styles = css;

/** Of a widget lower than this the controls are folded, so that the picture has room. */
const LOW = 720;

export function PCAScatter({ context }: { context: ViewContext }) {
  const map = useMemo(() => createMapState(context), [context]);
  const announce = useSignal("");
  const keys = useSignal(false);
  const plot = useRef<Plot | null>(null);
  const { store, shared } = context;
  const shown = map.rows.value.length;
  const minCount = shared.minCount.value;
  const frame = map.map.value;
  const height = context.trait<number | null>("height").value ?? 0;
  const fixed = height > 0;
  const facts = frame
    ? `${map.only.value ? "only " : ""}${plural(shown, "title")}${minCount > 0 ? ` (≥ ${plural(minCount, "rating")})` : ""}`
    : "";
  return (
    <Frame
      context={context}
      title="Map of titles"
      facts={facts}
      announce={announce.value}
      busy={map.waiting.value}
    >
      {store.meta.value.has_factors ? (
        <div class={`cw-scatter${fixed ? " cw-scatter-fixed" : ""}`}>
          <Controls context={context} map={map} low={fixed && height < LOW} />
          {(!frame || shown === 0) && <Hidden context={context} map={map} minCount={minCount} />}
          {frame && shown > 0 && (
            <>
              <Picture
                context={context}
                map={map}
                announce={announce}
                keys={keys}
                onPlot={(made) => {
                  plot.current = made;
                }}
              />
              <Frames context={context} map={map} />
              <Footer context={context} map={map} />
              <Actions context={context} map={map} plot={plot} keys={keys} />
            </>
          )}
        </div>
      ) : (
        <EmptyResult>
          This model has no title factors that could be found, so there is no map. Name them with
          item_factors=.
        </EmptyResult>
      )}
    </Frame>
  );
}

function Hidden({ context, map, minCount }: { context: ViewContext; map: MapState; minCount: number }) {
  if (map.only.value) {
    return (
      <EmptyResult action={{ label: "Show all titles", run: () => map.narrow(null) }}>
        {`Min ratings ${formatCount(minCount)} hides all of the titles the map is narrowed to.`}
      </EmptyResult>
    );
  }

  if (map.missing.value.length > 0) {
    return (
      <EmptyResult
        action={{
          label: "Show components",
          run: () => {
            map.setAxis("x", 1);
            map.setAxis("y", 2);
          },
        }}
      >
        {`No title has a place: ${map.missing.value.join(" ")}`}
      </EmptyResult>
    );
  }

  const { counts, trained } = context.store.items.value;
  const limit = helpfulMinCount(counts, trained, minCount);
  const passing = counts.reduce((n, count, row) => n + (trained[row] && count >= minCount ? 1 : 0), 0);
  if (!map.map.value && passing > 1) {
    return <div class="cw-scatter-skeleton">The map appears with the next picture of the model.</div>;
  }
  const action =
    limit === null
      ? null
      : {
          label: `Set to ${formatCount(limit)}`,
          run: () => {
            context.shared.minCount.value = limit;
          },
        };
  return (
    <EmptyResult action={action}>
      {limit === null
        ? "No title has a place on the map yet."
        : passing
          ? `${plural(passing, "title")}: min ratings ${formatCount(minCount)} leaves too few for a map.`
          : `0 titles: min ratings ${formatCount(minCount)} hides all.`}
    </EmptyResult>
  );
}

interface ActionsProps {
  context: ViewContext;
  map: MapState;
  plot: { current: Plot | null };
  /** Whether the list of keys is open. */
  keys: Signal<boolean>;
}

function Actions({ context, map, plot, keys }: ActionsProps) {
  const { selection } = context.shared;
  const listId = useId();
  const chosen = selection.value;
  const hidden = chosen.filter((row) => !map.isDrawn(row)).length;
  const narrowed = map.only.value !== null;
  return (
    <div class="cw-scatter-actions">
      {chosen.length > 0 && (
        <>
          <span>
            {formatCount(chosen.length)} selected
            {hidden > 0 && `, ${formatCount(hidden)} of them hidden${narrowed ? "" : " by min ratings"}`}
          </span>
          <Button
            label={`Clear (${formatCount(chosen.length)})`}
            onClick={() => {
              selection.value = [];
            }}
          />
          <Button
            label="Only these"
            title="The selected titles alone, on the same axes"
            reason={hidden === chosen.length ? "None of them is on the map" : null}
            onClick={() => map.narrow(chosen)}
          />
        </>
      )}
      {narrowed && <Button label="Show all titles" onClick={() => map.narrow(null)} />}
      <Button
        label="Keys"
        text="?"
        title="Keys of the map (?)"
        expanded={keys.value}
        controls={listId}
        onClick={() => {
          keys.value = !keys.value;
        }}
      />
      <TakeAwayMap context={context} map={map} plot={plot} />
      {keys.value && <KeyList id={listId} />}
    </div>
  );
}
