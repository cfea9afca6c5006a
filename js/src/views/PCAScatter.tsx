// The map: a scatter of the learner's titles, or users, by two principal components of their factors.
import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { Button } from "../components/Button";
import type { ExportedTable } from "../components/Exports";
import { Frame } from "../components/Frame";
import { setTo } from "../components/fields";
import { EmptyResult, HiddenByFilter } from "../components/Notice";
import { Current, useView, type ViewContext } from "../context";
import { canvasPng, fileStem, printRatio } from "../lib/files";
import { formatCount, plural } from "../lib/format";
import { helpfulMinCount } from "../lib/minratings";
import { mapContext, mapTable } from "../lib/scatter/maps";
import type { Plot } from "../lib/scatter/plot";
import { createMapState, type MapState } from "../lib/scatter/state";
import { Controls, Settings } from "./scatter/Controls";
import { Footer } from "./scatter/Footer";
import { Frames } from "./scatter/Frames";
import { Picture } from "./scatter/Picture";

export function PCAScatter() {
  const given = useView();
  const context = useMemo(() => mapContext(given), [given]);
  const map = useMemo(() => createMapState(context), [context]);
  const announce = useSignal("");
  const plot = useRef<Plot | null>(null);
  const { store, shared } = context;
  const hasMap = store.data.value.has_factors;
  const shown = map.rows.value.length;
  const cold = map.cold.value.length;
  const { one } = map;
  const minCount = shared.minCount.value;
  const frame = map.map.value;
  const fixed = (context.trait<number | null>("height").value ?? 0) > 0;
  const facts = frame
    ? `${map.only.value ? "only " : ""}${plural(shown, one)}${minCount > 0 ? ` (≥ ${plural(minCount, "rating")})` : ""}${cold ? `, ${formatCount(cold)} without ratings` : ""}`
    : "";
  return (
    <Current.Provider value={context}>
      <Frame
        title={`Map of ${one}s`}
        facts={facts}
        announce={announce.value}
        busy={map.waiting.value}
        {...(hasMap && {
          controls: <Controls map={map} />,
          settings: <Settings map={map} />,
          exports: {
            table: exportedTable(context, map),
            png: async () => {
              const picture = plot.current?.picture(printRatio());
              return picture ? canvasPng(picture) : null;
            },
          },
        })}
      >
        {hasMap ? (
          <div class={`cw-stack cw-scatter${fixed ? " cw-scatter-fixed" : ""}`}>
            {(!frame || shown === 0) && <Hidden map={map} minCount={minCount} />}
            {frame && shown > 0 && (
              <>
                <Picture map={map} announce={announce} plot={plot} />
                <Frames map={map} />
                <Footer map={map} />
                <Actions map={map} />
              </>
            )}
          </div>
        ) : (
          <EmptyResult>
            This model has no {one} factors that could be found, so there is no map. Name them with{" "}
            {one === "user" ? "user" : "item"}_factors=.
          </EmptyResult>
        )}
      </Frame>
    </Current.Provider>
  );
}

function Hidden({ map, minCount }: { map: MapState; minCount: number }) {
  const { store, shared } = useView();
  const { one } = map;
  if (map.only.value) {
    return (
      <EmptyResult action={{ label: `Show all ${one}s`, run: () => map.narrow(null) }}>
        {`Min ratings ${formatCount(minCount)} hides all of the ${one}s the map is narrowed to.`}
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
        {`No ${one} has a place: ${map.missing.value.join(" ")}`}
      </EmptyResult>
    );
  }

  const { counts, trained } = store.items.value;
  const limit = helpfulMinCount(counts, trained, minCount);
  const passing = counts.reduce((n, count, row) => n + (trained[row] && count >= minCount ? 1 : 0), 0);
  if (!map.map.value && passing > 1) {
    return <div class="cw-scatter-skeleton">The map appears with the next picture of the model.</div>;
  }
  if (limit === null) return <EmptyResult>No {one} has a place on the map yet.</EmptyResult>;
  const few = passing
    ? `${plural(passing, one)}: min ratings ${formatCount(minCount)} leaves too few for a map.`
    : undefined;
  return (
    <HiddenByFilter minCount={shared.minCount} limit={limit} many={`${one}s`}>
      {few}
    </HiddenByFilter>
  );
}

/** "pc1"; of a column what may stand in the name of a file. */
const fileName = (axis: string | number) => (typeof axis === "number" ? `pc${axis}` : fileStem(axis));

function exportedTable({ store, shared }: ViewContext, map: MapState): ExportedTable {
  const table = (rows: Iterable<number>) => {
    const frame = map.map.peek();
    return frame ? mapTable(store.items.peek(), frame, rows, store.data.peek().item_name, map.extras()) : [];
  };
  return {
    name: `map-of-${map.one}s-${[map.x.value, map.y.value].map(fileName).join("-")}`,
    shown: () => {
      const rows = shared.selection.peek().filter(map.isDrawn);
      return table(rows.length ? rows : map.drawn.peek());
    },
    all: () => table(map.drawn.peek()),
    empty: map.map.value && map.rows.value.length ? null : `No ${map.one} is shown`,
  };
}

/** What can be done with those selected. */
function Actions({ map }: { map: MapState }) {
  const { selection } = useView().shared;
  const chosen = selection.value;
  const hidden = chosen.filter((row) => !map.isDrawn(row)).length;
  const narrowed = map.only.value !== null;
  if (!chosen.length && !narrowed) return null;
  return (
    <div class="cw-flow cw-scatter-actions">
      {chosen.length > 0 && (
        <>
          <span>
            {formatCount(chosen.length)} selected
            {hidden > 0 && `, ${formatCount(hidden)} of them hidden${narrowed ? "" : " by min ratings"}`}
          </span>
          <Button label={`Clear (${formatCount(chosen.length)})`} onClick={setTo(selection, [])} />
          <Button
            label="Only these"
            title={`The selected ${map.one}s alone, on the same axes`}
            reason={hidden === chosen.length ? "None of them is on the map" : null}
            onClick={() => map.narrow(chosen)}
          />
        </>
      )}
      {narrowed && <Button label={`Show all ${map.one}s`} onClick={() => map.narrow(null)} />}
    </div>
  );
}
