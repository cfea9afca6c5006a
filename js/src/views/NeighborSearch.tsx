// Pick a title, see its nearest in all dimensions. The list is Python's; choosing, hovering and selecting are shared.
import type { Signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { Link } from "../components/Button";
import { useControls, words } from "../components/controls";
import { useCopy } from "../components/copying";
import { Frame } from "../components/Frame";
import { Checkbox, setTo, setting } from "../components/fields";
import { OrderChip, useHeldOrder, useHolding } from "../components/heldOrder";
import { MinRatings } from "../components/MinRatings";
import { EmptyResult, HiddenByFilter } from "../components/Notice";
import { TitleCombobox, untrainedText } from "../components/TitleCombobox";
import { Why } from "../components/Why";
import { useView } from "../context";
import { sameJson } from "../lib/bound";
import { type Cell, tableOf } from "../lib/delimited";
import { fileStem } from "../lib/files";
import { formatCount } from "../lib/format";
import { MEAN, METRICS, type Metric, type Neighbor, type Order } from "../lib/metrics";
import { helpfulMinCount } from "../lib/minratings";
import { titleSearch } from "../lib/search";
import { Anchor } from "./neighbors/Anchor";
import { NeighborTable } from "./neighbors/NeighborTable";
import { Reruns } from "./neighbors/Reruns";

const SUGGESTED = 5;

/** What a list answers, as Python says it. */
interface Question {
  item: number | null;
  items: number[];
  metric: Metric;
  order: Order;
  /** "runs": by the mean over reruns, where there are any. */
  average: string | null;
}

export function NeighborSearch() {
  const context = useView();
  const { store, shared } = context;
  const meta = store.data.value;
  const side = store.items.value;
  const { names } = side;
  /** The title looked around: the shared primary one, or this widget's own where it is not linked. */
  const anchor = context.trait<boolean>("linked").value
    ? shared.primary
    : context.trait<number | null>("item");
  const items = context.trait<number[]>("items");
  const row = anchor.value;
  const others = items.value.filter((item) => item !== row);
  const anchors = row === null ? others : [row, ...others];
  const list = context.trait<Neighbor[]>("neighbors").value;
  const answered = context.trait<Question>("answered").value;
  const nHidden = context.trait<number>("n_hidden").value;
  const nRuns = context.trait<number>("n_runs").value;
  const average = context.trait<string | null>("average");
  const copy = useCopy();
  const body = useRef<HTMLDivElement>(null);
  const query = context.trait<string>("query");
  const search = titleSearch(side);
  const holding = useHolding();
  const fresh = useMemo(() => list.map(({ item }) => item), [list]);
  const held = useHeldOrder(fresh, JSON.stringify(answered ?? null), holding.held);
  // Rows that are held show what is known of them now; one that has left the list shows what was known last.
  const known = useRef(new Map<number, Neighbor>()).current;
  const ordered = useMemo(() => {
    for (const neighbor of list) known.set(neighbor.item, neighbor);
    const rows = held.order.map((item) => known.get(item) as Neighbor);
    known.clear();
    for (const neighbor of [...rows, ...list]) known.set(neighbor.item, neighbor);
    return rows;
  }, [list, held.order]);

  if (!meta.has_factors) {
    return (
      <Frame title="Neighbours">
        <EmptyResult>
          {meta.model || "This model"} has no vector for each title, so no title is nearer than another. Train
          a model with item factors, such as DotProductBias.
        </EmptyResult>
      </Frame>
    );
  }

  const untrained = store.untrained.value;
  const has = context.shows;
  const connected = store.connection.value !== "disconnected";
  // The words belong to the list that is shown, which is the old one until Python has answered.
  const asks: Question = {
    item: row,
    items: items.value,
    metric: context.trait<Metric>("metric").value,
    order: context.trait<Order>("order").value,
    average: average.value,
  };
  /** Only cosines of several runs have a mean. */
  const hasMean = ({ metric }: Question) => nRuns > 0 && metric === "cosine";
  const isOf = answered && "item" in answered ? answered : null;
  const shownAs = isOf ?? asks;
  const looking = !untrained && anchors.length > 0 && !sameJson({ ...isOf, ...asks }, isOf);
  const shown = untrained || isOf === null ? [] : ordered;
  const nearest = `${shownAs.order} ${shown.length === 1 ? "title" : "titles"}`;
  const of = ({ item, items: more }: Question) => {
    const [first = -1, ...rest] = new Set(item === null ? more : [item, ...more]);
    return rest.length ? `the mean of ${rest.length + 1} titles` : names.at(first);
  };
  const announce =
    shown.length > 0 && !looking
      ? `${shown.length} ${nearest} to ${of(shownAs)}: ${shown[0].title} first.`
      : undefined;
  const picked = () => {
    const selected = shown.filter(({ item }) => shared.selection.value.includes(item));
    return cellsOf(selected.length ? selected : shown, meta.item_name);
  };
  /** A title looked around is looked around alone. */
  const choose = (chosen: number | null) => {
    items.value = [];
    anchor.value = chosen;
  };

  return (
    <Frame
      title="Neighbours"
      announce={announce}
      busy={looking && connected}
      controls={
        <>
          {has("search") && (
            <TitleCombobox
              search={search}
              minCount={shared.minCount.value}
              chosen={row}
              onChoose={choose}
              onPreview={setting(shared.hovered)}
              query={query}
              disabled={
                untrained ? "Train first: the vectors are still random, so any neighbour is chance." : null
              }
            />
          )}
          {hasMean(asks) && has("average") && (
            <Checkbox
              label={`Rank by the mean of ${nRuns} runs`}
              checked={average.value !== null}
              onChange={(on) => {
                average.value = on ? "runs" : null;
              }}
            />
          )}
        </>
      }
      settings={<Settings />}
      exports={{
        table: {
          name: shown.length ? fileStem(`${shownAs.order} to ${of(shownAs)}`) : "",
          shown: picked,
          all: () => cellsOf(shown, meta.item_name),
          empty: shown.length ? null : "No title is shown",
        },
      }}
      copy={copy}
    >
      <div class="cw-stack cw-neighbors" ref={body}>
        {anchors.length === 0 && !untrained && search.ready && has("search") && (
          <p class="cw-flow cw-soft">
            <span>Type a title above, or begin with</span>
            {Array.from(search.byCount.slice(0, SUGGESTED), (popular) => (
              <Link key={popular} onClick={() => choose(popular)}>
                {names.at(popular)}
              </Link>
            ))}
          </p>
        )}
        {anchors.length > 0 && (
          <Anchor
            anchor={anchor}
            items={items}
            anchors={anchors}
            search={search}
            choose={choose}
            found={shown}
          >
            {looking && connected && "looking…"}
            {looking &&
              !connected &&
              `New searches need the kernel.${isOf === null ? "" : ` Below: ${nearest} to ${of(isOf)}.`}`}
          </Anchor>
        )}
        {anchors.length > 0 && !untrained && (
          <>
            <div class="cw-stack cw-rows" data-old={looking || undefined} {...holding.pointer}>
              <OrderChip stale={held.stale} refresh={held.refresh} holding={holding} />
              {shown.length > 0 && (
                <NeighborTable
                  neighbors={shown}
                  lines={held.order}
                  metric={shownAs.metric}
                  order={shownAs.order}
                  averaged={hasMean(shownAs) && shownAs.average !== null}
                  hovered={shared.hovered}
                  selection={shared.selection}
                  primary={row}
                  onExplore={choose}
                  holding={holding}
                  onSearch={() => body.current?.querySelector<HTMLElement>('[role="combobox"]')?.focus()}
                  onCopy={() => copy.copy(picked())}
                />
              )}
              {shown.length === 0 && !looking && <Nothing anchors={anchors} />}
            </div>
            {shown.length > 0 && (
              <>
                {nRuns === 0 && <Reruns />}
                <Hidden count={nHidden} order={shownAs.order} minCount={shared.minCount} />
                <div class="cw-stack cw-tight cw-small cw-guard">
                  <p>
                    {anchors.length > 1 && `${MEAN[shownAs.metric]} `}
                    {METRICS[shownAs.metric].note}
                  </p>
                  <Why>{METRICS[shownAs.metric].why}</Why>
                </div>
                <p class="cw-small cw-hint">
                  Click looks around that title, Ctrl+click adds it to the selection.
                </p>
              </>
            )}
          </>
        )}
      </div>
    </Frame>
  );
}

/** By which metric, how many, which end, among which titles. */
function Settings() {
  const { shows } = useView();
  const { choice, radio, number } = useControls();
  const metrics = Object.entries(METRICS).map(([key, { name }]) => [key, name] as const);
  return (
    <>
      {choice("metric", "Metric", metrics)}
      {number("k", "Neighbours shown", 1, 1000)}
      {radio("order", "Order", words<Order>("nearest", "farthest"))}
      {shows("min_count") && <MinRatings />}
    </>
  );
}

const FACTS = ["score", "in_runs", "to_pinned", "count", "n_common", "norm", "weak"] as const;

function cellsOf(neighbors: readonly Neighbor[], nameColumn: string): Cell[][] {
  const given = FACTS.filter((fact) => neighbors.some((neighbor) => neighbor[fact] !== undefined));
  const facts = given.map((fact) => [fact, (neighbor: Neighbor) => neighbor[fact] ?? null] as const);
  return tableOf([[nameColumn, ({ title }: Neighbor) => title], ...facts], neighbors);
}

function Hidden({ count, order, minCount }: { count: number; order: Order; minCount: Signal<number> }) {
  if (count === 0) return null;
  const which = order === "nearest" ? "nearer" : "farther";
  return (
    <p class="cw-soft">
      {formatCount(count)} {which} {count === 1 ? "title" : "titles"} hidden by min ratings{" "}
      {formatCount(minCount.value)} <Link onClick={setTo(minCount, 0)}>show</Link>
    </p>
  );
}

function Nothing({ anchors }: { anchors: readonly number[] }) {
  const { shared, store } = useView();
  const { minCount } = shared;
  const { names, counts, known } = store.items.value;
  const untrained = anchors.find((row) => !known[row]);
  if (untrained !== undefined) return <EmptyResult>{untrainedText(names.at(untrained))}</EmptyResult>;
  const usual = helpfulMinCount(counts, known, minCount.value);
  if (usual === null) return <EmptyResult>No other title to compare with.</EmptyResult>;
  return <HiddenByFilter minCount={minCount} limit={usual} />;
}
