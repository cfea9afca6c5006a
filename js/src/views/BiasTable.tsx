// Biases as a ranking: both ends first, with what keeps a bias from being read as a mean rating.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Button } from "../components/Button";
import { useControls } from "../components/controls";
import { useCopy } from "../components/copying";
import { Frame } from "../components/Frame";
import { setTo, setting } from "../components/fields";
import { OrderChip, useHeldOrder, useHolding } from "../components/heldOrder";
import { EmptyResult, Notice } from "../components/Notice";
import { useQuiet } from "../components/quiet";
import { TAB_STOP } from "../components/rows";
import { GAP } from "../components/TitleTable";
import { useView, type ViewContext } from "../context";
import { columnsFor } from "../lib/columns";
import { type CellColumns, shortest32, tableOf } from "../lib/delimited";
import { EpochEnds } from "../lib/epochends";
import { formatCount } from "../lib/format";
import {
  FEW_RATINGS,
  orderRows,
  type Ranking,
  rankBiases,
  ranksByBias,
  type Show,
  type SortKey,
  type Standing,
  shownStretches,
  standingOf,
} from "../lib/ranking";
import { titleSearch } from "../lib/search";
import { titlePlaces } from "../lib/titleorder";
import { oneOf } from "../lib/wording";
import type { Side } from "../store";
import { Controls, KINDS, type Kind, Settings } from "./bias/Controls";
import { Guard } from "./bias/Guard";
import { Nothing } from "./bias/Nothing";
import { RankingTable } from "./bias/RankingTable";

const WIDE = 760;
/** From the frame's edge to the table's: what is not the columns'. */
const PADDING = 16;

export function BiasTable() {
  const { store, trait } = useView();
  const controls = useControls();
  const kind = trait<Kind>("kind").value;
  const side = (kind === "users" ? store.users : store.items).value;
  const bias = (kind === "users" ? store.userBias : store.itemBias).value;
  if (bias === null || bias.length !== side.n) {
    const one = oneOf(kind);
    const model = store.data.value.model || "This model";
    return (
      <Frame title="Bias ranking" controls={controls.radio("kind", "Ranked", KINDS)}>
        <EmptyResult>
          {model} has no bias for each {one}, so there is nothing to rank. Train a model with biases, such as
          DotProductBias, to see which{" "}
          {kind === "users" ? "users are generous" : "titles are liked beyond taste"}.
        </EmptyResult>
      </Frame>
    );
  }
  return <Ranked kind={kind} side={side} bias={bias} />;
}

function Ranked({ kind, side, bias }: { kind: Kind; side: Side; bias: Float32Array }) {
  const context = useView();
  const { store, shared, trait } = context;
  const meta = store.data.value;
  const show = trait<Show>("show");
  const ends = trait<number>("n").value;
  const sort = trait<SortKey>("sort_by").value;
  const up = trait<boolean>("ascending").value;
  const centered = trait<boolean>("center");
  const center = centered.value;
  // Rows of users are no rows of titles: what is picked among them stays here.
  const own = {
    hovered: useSignal<number | null>(null),
    selection: useSignal<number[]>([]),
    primary: useSignal<number | null>(null),
  };
  const { hovered, selection, primary } = kind === "items" ? shared : own;
  const holding = useHolding();
  const searchBox = useRef<HTMLInputElement>(null);
  const copy = useCopy();
  const preview = useSignal<number | null>(null);
  // It counts the ratings of titles.
  const minCount = kind === "items" ? (preview.value ?? shared.minCount.value) : 0;
  const typed = useQuiet(shared.query);
  const text = typed.value;

  const search = titleSearch(side);
  const indexed = search.ready;
  useEffect(() => {
    // Ready before the header is clicked.
    if (indexed) titlePlaces(search);
  }, [search, indexed]);
  const standing = useMemo(() => standingOf({ ...side, minCount }), [side, minCount]);
  const ranking = useMemo(
    () =>
      rankBiases(
        { ...side, bias, minCount, center, yRange: meta.y_range, ratingMean: meta.rating_mean },
        standing,
      ),
    [bias, side, standing, center, meta],
  );
  const moved = useMoves(context, bias, ranking, standing);
  const sorted = useMemo(
    () => orderRows(ranking, sort, up, { ...side, titlePlaces: () => titlePlaces(search).finish() }),
    [ranking, search, sort, up],
  );
  const fresh = useMemo(() => {
    const marks = search.containing(text);
    return marks ? sorted.filter((row) => marks[row]) : sorted;
  }, [sorted, search, text, indexed]);
  const asked = [kind, minCount, center, text, indexed, sort, up].join("\n");
  const { order, stale, refresh } = useHeldOrder(fresh, asked, holding.held);

  const view: Show = text.trim() ? "all" : show.value;
  const lines = useMemo(
    () =>
      shownStretches(order.length, view, ends).flatMap(([from, to], i) => [
        ...(i ? [GAP] : []),
        ...order.slice(from, to),
      ]),
    [order, view, ends],
  );
  const rows = useMemo(() => lines.filter((row) => row !== GAP), [lines]);

  const some = order.length > 0;
  const one = oneOf(kind);
  const names = `${one}s`;
  const total = kind === "users" ? meta.n_users : meta.n_items;
  const facts = `${formatCount(order.length)} of ${formatCount(total)} ${names}`;
  const width = (context.width.value || WIDE) - PADDING;
  const wanted = trait<string[] | null>("columns").value;
  const columns = useMemo(() => columnsFor(width, wanted), [width, wanted]);
  const rowsShown = trait<number>("rows_shown");
  useEffect(() => {
    rowsShown.value = rows.length;
  }, [rows.length]);
  const runs = (kind === "users" ? store.userSpread : store.itemSpread).value;
  // Ranks go with the filter, and Python has the newest a moment later.
  const ranges = kind === "users" || store.pictureMinCount.value === minCount ? runs : null;
  const nameColumn = kind === "users" ? meta.user_name : meta.item_name;
  const exported = columnsOf(side, ranking, nameColumn, ranges);
  const picked = selection.value;
  const copied = () => {
    const ranked = picked.filter((row) => ranking.rank[row] > 0);
    return tableOf(exported, ranked.length ? ranked : rows);
  };

  return (
    <Frame
      title="Bias ranking"
      facts={facts}
      announce={text.trim() ? `${facts} found.` : undefined}
      controls={<Controls kind={kind} text={typed} preview={preview} searchBox={searchBox} />}
      settings={<Settings searching={Boolean(text.trim())} sorts={columns.beneath.length > 0} />}
      exports={{
        table: {
          name: `${one}-biases`,
          shown: copied,
          all: () => tableOf(exported, order),
          empty: some ? null : `No ${one} is shown`,
        },
      }}
      copy={copy}
    >
      {store.recipe.value.wd === 0 && !store.untrained.value && (
        <Notice tone="warn">
          Weight decay is 0: nothing holds back the biases of {names} with few ratings, so both ends may be
          noise.
        </Notice>
      )}
      {!some ? (
        <Nothing search={search} side={side} ranking={ranking} text={typed} one={one} />
      ) : (
        <div class="cw-stack cw-rows" {...holding.pointer}>
          <OrderChip stale={stale} refresh={refresh} holding={holding} />
          <RankingTable
            side={side}
            ranking={ranking}
            lines={lines}
            filtered={order}
            query={text}
            columns={columns}
            one={one}
            runs={runs}
            ranges={ranges}
            moved={moved}
            hovered={hovered}
            selection={selection}
            primary={primary.value}
            onExplore={setting(primary)}
            holding={holding}
            onSearch={() => searchBox.current?.focus()}
            onCopy={() => copy.copy(copied())}
          />
        </div>
      )}
      {some && <Guard store={store} one={one} center={centered} />}
      <footer class="cw-flow">
        {picked.length > 0 && (
          <>
            <span>{formatCount(picked.length)} selected</span>
            <Button
              label={`Clear (${formatCount(picked.length)})`}
              then={TAB_STOP}
              kind="quiet"
              onClick={setTo(selection, [])}
            />
          </>
        )}
        {some && (
          <span class="cw-small cw-hint">
            {moved && `▴▾ moved since epoch ${moved.epoch}. `}
            Click selects a row, Ctrl+click adds one.
          </span>
        )}
      </footer>
    </Frame>
  );
}

/** How far each row has gone since the end of the epoch before. */
function useMoves(context: ViewContext, bias: Float32Array, ranking: Ranking, standing: Standing) {
  const { store } = context;
  const ends = useRef(new EpochEnds<Float32Array>()).current;
  const run = `${store.run.value} ${context.trait<Kind>("kind").value}`;
  const before = useMemo(
    () => ends.note(bias, store.snapshotEpoch.peek(), run),
    [bias, run, store.snapshotEpoch.value],
  );
  return useMemo(() => {
    if (before === null || before.values.length !== bias.length) return null;
    const rank = ranksByBias(before.values, standing);
    return { by: (row: number) => rank[row] - ranking.rank[row], epoch: before.epoch };
  }, [before, ranking, standing]);
}

function columnsOf(
  side: Side,
  ranking: Ranking,
  nameColumn: string,
  runs: Float32Array | null,
): CellColumns<number> {
  const inRuns = (name: string, at: number): CellColumns<number> =>
    runs ? [[name, (row) => shortest32(runs[3 * row + at])]] : [];
  return [
    [nameColumn, (row) => side.names.at(row)],
    ["bias", (row) => ranking.bias[row]],
    ...inRuns("spread", 0),
    ["effect", (row) => ranking.effect[row]],
    ["count", (row) => side.counts[row]],
    ["mean", (row) => shortest32(side.means[row])],
    ["rank", (row) => ranking.rank[row]],
    ...inRuns("rank_low", 1),
    ...inRuns("rank_high", 2),
    ["rank_by_mean", (row) => ranking.rankByMean[row]],
    ["rank_change", (row) => ranking.rankByMean[row] - ranking.rank[row]],
    ["few", (row) => side.counts[row] < FEW_RATINGS],
  ];
}
