// Pick a title, see its nearest in all dimensions. The list is Python's; choosing, hovering and selecting are shared.
import { type Signal, useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../components/Button";
import { CopyTable, useCopy } from "../components/CopyTable";
import { Frame } from "../components/Frame";
import { Choice, NumberField, RadioGroup } from "../components/fields";
import { MinRatings } from "../components/MinRatings";
import { type Neighbor, NeighborTable } from "../components/NeighborTable";
import { EmptyResult } from "../components/Notice";
import { TitleCombobox } from "../components/TitleCombobox";
import { Why } from "../components/Why";
import type { ViewContext } from "../context";
import type { Cell } from "../lib/delimited";
import { formatCount, formatNumber, plural } from "../lib/format";
import { METRICS, type Metric, type Order } from "../lib/metrics";
import { FEW_RATINGS } from "../lib/ranking";
import { TitleSearch } from "../lib/search";
import { Speller } from "../lib/spelling";
import css from "./NeighborSearch.css";

export const styles = css;

const NARROW = 420;
const SUGGESTED = 5;

export function NeighborSearch({ context }: { context: ViewContext }) {
  const { store, shared } = context;
  const meta = store.meta.value;
  const { names, counts, means, trained } = store.items.value;
  const anchor = useAnchor(context);
  const row = anchor.value;
  const list = context.trait<Neighbor[]>("neighbors").value ?? [];
  const listOf = context.trait<number | null>("neighbors_of").value ?? null;
  const nHidden = context.trait<number>("n_hidden").value ?? 0;
  const metric = context.trait<Metric>("metric");
  const order = context.trait<Order>("order");
  const chosenMetric = metric.value ?? "cosine";
  const chosenOrder = order.value ?? "nearest";
  // The words belong to the list that is shown, which is the old one until Python has answered.
  const shownAs = useMemo(() => ({ metric: chosenMetric, order: chosenOrder }), [list, listOf]);
  const copy = useCopy();
  const body = useRef<HTMLDivElement>(null);
  const query = context.trait<string>("query");

  const search = useMemo(() => new TitleSearch(names, counts, trained), [names, counts, trained]);
  const speller = useMemo(() => new Speller(search, counts), [search, counts]);

  if (!meta.has_factors) {
    return (
      <Frame context={context} title="Neighbours">
        <EmptyResult>
          {meta.model || "This model"} has no vector for each {meta.item_name}, so no {meta.item_name} is
          nearer than another. Train a model with item factors, such as DotProductBias.
        </EmptyResult>
      </Frame>
    );
  }

  const untrained = store.status.value === "untrained";
  const connected = store.connection.value !== "disconnected";
  const asked = listOf !== row || shownAs.metric !== chosenMetric || shownAs.order !== chosenOrder;
  const looking = !untrained && row !== null && asked;
  const shown = untrained || listOf === null ? [] : list;
  const nearest = `${shownAs.order} ${shown.length === 1 ? "title" : "titles"}`;
  const announce =
    shown.length > 0 && !looking && row !== null
      ? `${shown.length} ${nearest} to ${names.at(row)}: ${shown[0].title} first.`
      : undefined;
  const picked = () => {
    const rows = shown.filter(({ item }) => shared.selection.value.includes(item));
    return tableOf(rows.length ? rows : shown, meta.item_name);
  };
  const choose = (chosen: number) => {
    anchor.value = chosen;
  };

  return (
    <Frame context={context} title="Neighbours" announce={announce} busy={looking && connected}>
      <div class="cw-neighbors" ref={body}>
        <div class="cw-controls">
          <TitleCombobox
            search={search}
            speller={speller}
            counts={counts}
            minCount={shared.minCount.value}
            chosen={row}
            onChoose={choose}
            onPreview={(preview) => {
              shared.hovered.value = preview;
            }}
            query={query}
            disabled={
              untrained ? "Train first: the vectors are still random, so any neighbour is chance." : null
            }
          />
          <Settings context={context} metric={metric} order={order} />
        </div>
        {row === null && !untrained && (
          <p class="cw-suggestions">
            <span>Type a title above, or begin with</span>
            {Array.from(search.byCount.slice(0, SUGGESTED), (popular) => (
              <button key={popular} type="button" class="cw-link" onClick={() => choose(popular)}>
                {names.at(popular)}
              </button>
            ))}
          </p>
        )}
        {row !== null && (
          <Anchor
            context={context}
            anchor={anchor}
            title={names.at(row)}
            count={counts[row]}
            mean={means[row]}
          >
            {looking && connected && "looking…"}
            {looking &&
              !connected &&
              `New searches need the kernel.${listOf === null ? "" : ` Below: ${nearest} to ${names.at(listOf)}.`}`}
          </Anchor>
        )}
        {row !== null && !untrained && (
          <>
            <div class="cw-nearest" data-old={looking || undefined}>
              {shown.length > 0 && (
                <NeighborTable
                  neighbors={shown}
                  metric={shownAs.metric}
                  order={shownAs.order}
                  hovered={shared.hovered}
                  selection={shared.selection}
                  anchor={anchor}
                  onSearch={() => body.current?.querySelector<HTMLElement>('[role="combobox"]')?.focus()}
                  onCopy={() => copy.copy(picked(), context.el)}
                />
              )}
              {shown.length === 0 && !looking && <Nothing context={context} search={search} />}
            </div>
            {shown.length > 0 && (
              <>
                <Hidden count={nHidden} order={shownAs.order} minCount={shared.minCount} />
                <div class="cw-guard">
                  <p>{METRICS[shownAs.metric].note}</p>
                  <Why>{METRICS[shownAs.metric].why}</Why>
                </div>
                <footer class="cw-foot">
                  <Button
                    label="Select all"
                    title="Select these titles in every linked widget"
                    onClick={() => {
                      shared.selection.value = shown.map(({ item }) => item);
                    }}
                  />
                  <CopyTable
                    state={copy}
                    shown={picked}
                    all={() => tableOf(shown, meta.item_name)}
                    fileName="nearest-titles.csv"
                  />
                  <span class="cw-hint">
                    Click looks around that title, Ctrl+click adds it to the selection.
                  </span>
                </footer>
              </>
            )}
          </>
        )}
      </div>
    </Frame>
  );
}

/** The title looked around: the shared primary one, or this widget's own where it is not linked. */
function useAnchor({ shared, trait }: ViewContext): Signal<number | null> {
  const linked = trait<readonly string[] | null | undefined>("linked").value;
  return !linked || linked.includes("primary") ? shared.primary : trait<number | null>("item");
}

function tableOf(neighbors: readonly Neighbor[], nameColumn: string): Cell[][] {
  const common = neighbors.some(({ n_common }) => typeof n_common === "number");
  const header = [nameColumn, "score", "count", ...(common ? ["n_common"] : []), "norm", "weak"];
  const cells = neighbors.map(({ title, score, count, n_common, norm, weak }): Cell[] => [
    title,
    score,
    count,
    ...(common ? [n_common ?? null] : []),
    norm,
    weak,
  ]);
  return [header, ...cells];
}

function Settings({
  context,
  metric,
  order,
}: {
  context: ViewContext;
  metric: Signal<Metric>;
  order: Signal<Order>;
}) {
  const k = context.trait<number>("k");
  const wanted = context.trait<string[] | null>("controls").value;
  const has = (name: string) => !wanted || wanted.includes(name);
  const narrow = useComputed(() => context.width.value > 0 && context.width.value < NARROW).value;
  const rest = (
    <>
      {has("metric") && (
        <Choice<Metric>
          label="Metric"
          value={metric.value ?? "cosine"}
          options={(Object.keys(METRICS) as Metric[]).map((key) => [key, METRICS[key].name])}
          onChange={(value) => {
            metric.value = value;
          }}
        />
      )}
      {has("k") && (
        <NumberField
          label="Neighbours shown"
          value={k.value ?? 10}
          rule={{ min: 1, max: 100, integer: true }}
          onChange={(value) => {
            k.value = value;
          }}
        />
      )}
      {has("order") && (
        <RadioGroup<Order>
          label="Order"
          value={order.value ?? "nearest"}
          options={[
            ["nearest", "nearest"],
            ["farthest", "farthest"],
          ]}
          onChange={(value) => {
            order.value = value;
          }}
        />
      )}
      {has("min_count") && <MinRatings context={context} />}
    </>
  );
  if (!narrow) return rest;
  return (
    <details class="cw-fold">
      <summary>Settings</summary>
      <div class="cw-controls">{rest}</div>
    </details>
  );
}

interface AnchorProps {
  context: ViewContext;
  anchor: Signal<number | null>;
  title: string;
  count: number;
  mean: number;
  /** How the search for its neighbours stands. */
  children: ComponentChildren;
}

/** What is looked around, with the way back to what was before. */
function Anchor({ context, anchor, title, count, mean, children }: AnchorProps) {
  const { pinned } = context.shared;
  const { names } = context.store.items.value;
  const row = anchor.value;
  const [past, setPast] = useState<readonly number[]>([]);
  const current = useRef(row);
  const goingBack = useRef(false);
  useEffect(() => {
    const before = current.current;
    current.current = row;
    if (before === row || before === null) return;
    if (!goingBack.current) setPast((rows) => [...rows.slice(-19), before]);
    goingBack.current = false;
  }, [row]);
  const previous = past.at(-1);
  const back = () => {
    if (previous === undefined) return;
    goingBack.current = true;
    setPast(past.slice(0, -1));
    anchor.value = previous;
  };
  return (
    <div class="cw-anchor">
      <span class="cw-anchor-title">{title}</span>
      <span class="cw-anchor-facts">
        {plural(count, "rating")}
        {count < FEW_RATINGS && <span class="cw-few">few</span>} · mean {formatNumber(mean, 2)}
      </span>
      <Button
        label={pinned.value === row ? "Pinned" : "Pin"}
        title="Keep this title for comparison"
        kind="quiet"
        pressed={pinned.value === row}
        onClick={() => {
          pinned.value = pinned.value === row ? null : row;
        }}
      />
      {previous !== undefined && (
        <Button label={`Back to ${names.at(previous)}`} kind="quiet" onClick={back} />
      )}
      <span class="cw-looking" aria-live="polite">
        {children}
      </span>
    </div>
  );
}

function Hidden({ count, order, minCount }: { count: number; order: Order; minCount: Signal<number> }) {
  if (count === 0) return null;
  const which = order === "nearest" ? "nearer" : "farther";
  return (
    <p class="cw-hidden-by">
      {formatCount(count)} {which} {count === 1 ? "title" : "titles"} hidden by min ratings{" "}
      {formatCount(minCount.value)}{" "}
      <button
        type="button"
        class="cw-link"
        onClick={() => {
          minCount.value = 0;
        }}
      >
        show
      </button>
    </p>
  );
}

function Nothing({ context, search }: { context: ViewContext; search: TitleSearch }) {
  const { minCount } = context.shared;
  const { counts } = context.store.items.value;
  const enough = counts[search.byCount[Math.min(search.byCount.length - 1, 99)]] ?? 0;
  const usual = [100, 50, 20, 10, 5, 1].find((count) => count <= enough) ?? 0;
  if (minCount.value <= usual) return <EmptyResult>No other title to compare with.</EmptyResult>;
  const set = () => {
    minCount.value = usual;
  };
  return (
    <EmptyResult action={{ label: `Set to ${formatCount(usual)}`, run: set }}>
      0 titles: min ratings {formatCount(minCount.value)} hides all.
    </EmptyResult>
  );
}
