// Biases as a ranking: both ends first, with what keeps a bias from being read as a mean rating.
import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../components/Button";
import { useCopy } from "../components/copying";
import { Frame } from "../components/Frame";
import { NumberField, RadioGroup } from "../components/fields";
import { useHeldOrder } from "../components/heldOrder";
import { MinRatings } from "../components/MinRatings";
import { EmptyResult, Notice } from "../components/Notice";
import { RankingTable } from "../components/RankingTable";
import { TakeAway } from "../components/TakeAway";
import { useId } from "../components/useId";
import { Why } from "../components/Why";
import type { ViewContext } from "../context";
import { type Cell, shortest32 } from "../lib/delimited";
import { formatBias, formatCount, formatNumber, ratingUnit } from "../lib/format";
import { barsPicture } from "../lib/pictures/bars";
import { rankingTable } from "../lib/pictures/tables";
import {
  effectAtMean,
  FEW_RATINGS,
  orderRows,
  type Ranking,
  rankBiases,
  type Show,
  type SortKey,
  shownStretches,
  startsAscending,
} from "../lib/ranking";
import { TitleSearch } from "../lib/search";
import type { LearnerStore, Side } from "../store";
import css from "./BiasTable.css";

export const styles = css;

type Kind = "items" | "users";
type Units = "logit" | "stars";

const NARROW = 420;
const WIDE = 620;

export function BiasTable({ context }: { context: ViewContext }) {
  const { store } = context;
  const kind = context.trait<Kind>("kind").value ?? "items";
  const side = (kind === "users" ? store.users : store.items).value;
  const bias = (kind === "users" ? store.userBias : store.itemBias).value;
  if (bias === null || bias.length !== side.n) {
    const one = kind === "users" ? store.meta.value.user_name : store.meta.value.item_name;
    const model = store.meta.value.model || "This model";
    return (
      <Frame context={context} title="Bias ranking">
        <KindSwitch context={context} />
        <EmptyResult>
          {model} has no bias for each {one}, so there is nothing to rank. Train a model with biases, such as
          DotProductBias, to see which{" "}
          {kind === "users" ? "users are generous" : "titles are liked beyond taste"}.
        </EmptyResult>
      </Frame>
    );
  }
  return <Ranked context={context} kind={kind} side={side} bias={bias} />;
}

interface RankedProps {
  context: ViewContext;
  kind: Kind;
  side: Side;
  bias: Float32Array;
}

function Ranked({ context, kind, side, bias }: RankedProps) {
  const { store } = context;
  const meta = store.meta.value;
  const show = context.trait<Show>("show");
  const n = context.trait<number>("n");
  const sortBy = context.trait<SortKey>("sort_by");
  const ascending = context.trait<boolean>("ascending");
  const query = context.trait<string>("query");
  const center = context.trait<boolean>("center").value ?? true;
  const units = context.trait<Units>("units");
  const { shared } = context;
  // Rows of users are no rows of titles: what is picked among them stays here.
  const ownHovered = useSignal<number | null>(null);
  const ownSelection = useSignal<number[]>([]);
  const ownPrimary = useSignal<number | null>(null);
  const links =
    kind === "items"
      ? { hovered: shared.hovered, selection: shared.selection, primary: shared.primary }
      : { hovered: ownHovered, selection: ownSelection, primary: ownPrimary };
  const [held, setHeld] = useState(false);
  const searchBox = useRef<HTMLInputElement>(null);
  const copy = useCopy();
  const preview = useSignal<number | null>(null);
  const minCount = preview.value ?? shared.minCount.value;
  const text = query.value ?? "";
  const sort = sortBy.value ?? "bias";
  const up = ascending.value ?? false;

  const search = useMemo(() => new TitleSearch(side.names, side.counts, side.trained), [side]);
  const ranking = useMemo(
    () =>
      rankBiases({
        bias,
        counts: side.counts,
        means: side.means,
        trained: side.trained,
        minCount,
        center,
        yRange: meta.y_range,
        ratingMean: meta.rating_mean,
      }),
    [bias, side, minCount, center, meta],
  );
  const fresh = useMemo(() => {
    const columns = { counts: side.counts, means: side.means, titles: side.names };
    return orderRows(ranking, ranking.rows.filter(search.contains(text)), sort, up, columns);
  }, [ranking, search, text, sort, up]);
  const asked = [kind, minCount, center, text, sort, up].join("\n");
  const { order, stale, refresh } = useHeldOrder(fresh, asked, held);

  const view: Show = text.trim() ? "all" : (show.value ?? "both_ends");
  const ends = n.value ?? 5;
  const shown = useMemo(() => {
    const parts: (number[] | { skipped: number })[] = [];
    let end: number | null = null;
    for (const [from, to] of shownStretches(order.length, view, ends)) {
      if (end !== null) parts.push({ skipped: from - end });
      parts.push(Array.from(order.slice(from, to)));
      end = to;
    }
    return parts;
  }, [order, view, ends]);

  const names = kind === "users" ? "users" : "titles";
  const total = kind === "users" ? meta.n_users : meta.n_items;
  const facts = `${formatCount(order.length)} of ${formatCount(total)} ${names}`;
  const nameHeader = kind === "users" ? "User" : "Title";
  const unit = ratingUnit(meta.y_range);
  const inStars = units.value === "stars" && meta.y_range !== null;
  const biasUnit = `${inStars ? unit : meta.y_range ? "logit" : unit}${center ? ", centred" : ", raw"}`;

  const width = context.width.value || WIDE;
  const columns = width < NARROW ? 3 : width < WIDE ? 5 : 7;
  const frame = { side, ranking, nameColumn: kind === "users" ? meta.user_name : meta.item_name };
  const zero = center ? `0 is the average ${kind === "users" ? "user" : "title"}. ` : "";
  const pictured = {
    shown,
    selection: links.selection.value,
    inStars,
    unit: biasUnit,
    facts,
    note: `Bias is what remains after allowing for taste. ${zero}“by mean” is the rank by mean rating.`,
  };
  const copied = (): Cell[][] => {
    const picked = links.selection.value.filter((row) => ranking.rank[row] > 0);
    return tableOf(frame, picked.length ? picked : shown.flatMap((part) => ("skipped" in part ? [] : part)));
  };
  const setSort = (key: SortKey) => {
    ascending.value = key === sort ? !up : startsAscending(key);
    sortBy.value = key;
  };
  const reset = () => {
    query.value = "";
    show.value = "both_ends";
    sortBy.value = "bias";
    ascending.value = false;
    shared.minCount.value = FEW_RATINGS;
  };

  return (
    <Frame
      context={context}
      title="Bias ranking"
      facts={facts}
      announce={text.trim() ? `${facts} found.` : undefined}
    >
      <Controls context={context} kind={kind} preview={preview} searchBox={searchBox} onReset={reset} />
      {kind === "items" && store.recipe.value.wd === 0 && store.status.value !== "untrained" && (
        <Notice tone="warn">
          Weight decay is 0: nothing holds back the biases of titles with few ratings, so both ends may be
          noise.
        </Notice>
      )}
      {order.length === 0 ? (
        <Nothing search={search} side={side} ranking={ranking} context={context} names={names} />
      ) : (
        <div class="cw-ranking">
          {stale && (
            <button type="button" class="cw-chip" onClick={refresh}>
              order updated, refresh
            </button>
          )}
          <RankingTable
            side={side}
            ranking={ranking}
            shown={shown}
            filtered={order}
            sort={sort}
            ascending={up}
            onSort={setSort}
            onShowAll={() => {
              show.value = "all";
            }}
            query={text}
            inStars={inStars}
            biasUnit={biasUnit}
            columns={columns}
            ratingUnit={unit}
            nameHeader={nameHeader}
            {...links}
            still={context.reducedMotion.value}
            onHold={setHeld}
            onSearch={() => searchBox.current?.focus()}
            onCopy={() => copy.copy(copied(), context.el)}
          />
        </div>
      )}
      <Guard store={store} names={names} />
      <footer class="cw-foot">
        <Selected selection={links.selection} />
        <TakeAway
          context={context}
          state={copy}
          name={`${names === "users" ? "user" : "title"}-biases`}
          shown={copied}
          all={() => tableOf(frame, Array.from(order))}
          picture={(look) => barsPicture(rankingTable({ ...frame, ...pictured }), look)}
        />
        <span class="cw-hint">Click selects a row, Ctrl+click adds one.</span>
      </footer>
    </Frame>
  );
}

function tableOf(
  { side, ranking, nameColumn }: { side: Side; ranking: Ranking; nameColumn: string },
  rows: readonly number[],
): Cell[][] {
  const header = [nameColumn, "bias", "effect", "count", "mean", "rank", "rank_by_mean", "few"];
  const cells = rows.map((row): Cell[] => [
    side.names.at(row),
    ranking.bias[row],
    ranking.effect[row],
    side.counts[row],
    shortest32(side.means[row]),
    ranking.rank[row],
    ranking.rankByMean[row],
    side.counts[row] < FEW_RATINGS,
  ]);
  return [header, ...cells];
}

function KindSwitch({ context }: { context: ViewContext }) {
  const kind = context.trait<Kind>("kind");
  return (
    <RadioGroup<Kind>
      label="Ranked"
      hideLabel
      value={kind.value ?? "items"}
      options={[
        ["items", "titles"],
        ["users", "users"],
      ]}
      onChange={(value) => {
        kind.value = value;
      }}
    />
  );
}

interface ControlsProps {
  context: ViewContext;
  kind: Kind;
  preview: Signal<number | null>;
  searchBox: { current: HTMLInputElement | null };
  onReset: () => void;
}

function Controls({ context, kind, preview, searchBox, onReset }: ControlsProps) {
  const id = useId();
  const query = context.trait<string>("query");
  const show = context.trait<Show>("show");
  const n = context.trait<number>("n");
  const units = context.trait<Units>("units");
  const wanted = context.trait<string[] | null>("controls").value;
  const has = (name: string) => !wanted || wanted.includes(name);
  const narrow = useComputed(() => context.width.value > 0 && context.width.value < NARROW).value;
  const changed =
    Boolean(query.value) ||
    (show.value ?? "both_ends") !== "both_ends" ||
    (context.trait<SortKey>("sort_by").value ?? "bias") !== "bias" ||
    Boolean(context.trait<boolean>("ascending").value) ||
    context.shared.minCount.value !== FEW_RATINGS;
  const searchName = kind === "users" ? "Search users" : "Search titles";

  const rest = (
    <>
      {has("min_count") && <MinRatings context={context} preview={preview} />}
      {has("show") && (
        <RadioGroup<Show>
          label="Show"
          value={show.value ?? "both_ends"}
          disabled={Boolean(query.value?.trim())}
          help={query.value?.trim() ? "While you search, every match is shown" : "Which end of the ranking"}
          options={[
            ["both_ends", "both ends"],
            ["top", "top"],
            ["bottom", "bottom"],
            ["all", "all"],
          ]}
          onChange={(value) => {
            show.value = value;
          }}
        />
      )}
      {has("n") && show.value !== "all" && (
        <NumberField
          label="Rows an end"
          value={n.value ?? 5}
          rule={{ min: 1, max: 100, integer: true }}
          onChange={(value) => {
            n.value = value;
          }}
        />
      )}
      {has("units") && context.store.meta.value.y_range && (
        <RadioGroup<Units>
          label="Bias in"
          value={units.value ?? "logit"}
          help="Logits are what the model adds before the squeeze; stars are what that changes at the mean rating"
          options={[
            ["logit", "logit"],
            ["stars", ratingUnit(context.store.meta.value.y_range) === "stars" ? "stars" : "rating"],
          ]}
          onChange={(value) => {
            units.value = value;
          }}
        />
      )}
      {has("kind") && <KindSwitch context={context} />}
      {has("reset") && changed && (
        <Button label="Reset filters" text="Reset" kind="quiet" onClick={onReset} />
      )}
    </>
  );
  return (
    <div class="cw-controls">
      {has("search") && (
        <div class="cw-field cw-search">
          <label class="cw-label" for={id}>
            Search
          </label>
          <input
            ref={searchBox}
            id={id}
            class="cw-input"
            type="search"
            aria-label={searchName}
            placeholder={`${searchName} …`}
            autocomplete="off"
            spellcheck={false}
            value={query.value ?? ""}
            onInput={(event) => {
              query.value = event.currentTarget.value;
            }}
            onKeyDown={(event) => {
              if (event.key !== "Escape" || !query.value) return;
              query.value = "";
              event.preventDefault();
              event.stopPropagation();
            }}
          />
        </div>
      )}
      {narrow ? (
        <details class="cw-fold">
          <summary>Settings</summary>
          <div class="cw-controls">{rest}</div>
        </details>
      ) : (
        rest
      )}
    </div>
  );
}

interface NothingProps {
  context: ViewContext;
  search: TitleSearch;
  side: Side;
  ranking: Ranking;
  names: string;
}

/** What hid every row, and the one click that brings some back. */
function Nothing({ context, search, side, ranking, names }: NothingProps) {
  const query = context.trait<string>("query");
  const { minCount } = context.shared;
  const text = query.value?.trim() ?? "";
  const contains = search.contains(text);
  const counts = Array.from(search.byCount)
    .filter(contains)
    .map((row) => side.counts[row]);
  if (text && counts.length === 0) {
    const clear = () => {
      query.value = "";
    };
    return (
      <EmptyResult action={{ label: "Clear the search", run: clear }}>
        None of the {formatCount(ranking.nTrained)} {names} contains ‘{text}’.
      </EmptyResult>
    );
  }
  if (counts.length === 0) return <EmptyResult>No {names} with a training rating yet.</EmptyResult>;
  // Enough for a look at both ends, in round numbers.
  const enough = counts[Math.min(counts.length - 1, 19)];
  const usual = [300, 200, 100, 50, 20, 10, 5, 1].find((count) => count <= enough) ?? 0;
  const set = () => {
    minCount.value = usual;
  };
  return (
    <EmptyResult action={{ label: `Set to ${formatCount(usual)}`, run: set }}>
      0 {names}: min ratings {formatCount(minCount.value)} hides all{text ? ` that contain ‘${text}’` : ""}.
    </EmptyResult>
  );
}

function Guard({ store, names }: { store: LearnerStore; names: string }) {
  const meta = store.meta.value;
  const one = names === "users" ? "user" : "title";
  const unit = ratingUnit(meta.y_range) === "stars" ? "stars" : "rating points";
  const mean = formatNumber(meta.rating_mean, 2);
  if (!meta.y_range) {
    return (
      <div class="cw-guard">
        <p>Bias is no mean rating: it is what remains after allowing for taste. 0 is the average {one}.</p>
        <Why>
          <WhyBias one={one} />
        </Why>
      </div>
    );
  }
  const high = Math.min(meta.rating_max - 0.5, meta.y_range[1] - 0.5);
  return (
    <div class="cw-guard">
      <p>
        Bias is a logit, not {unit}: it is added before the squeeze, after allowing for taste. 0 is the
        average {one}. Effect is the change in {unit} for an average user at the mean rating ({mean}).
      </p>
      <Why>
        <WhyBias one={one} /> A bias of +0.50 moves a prediction of {mean} by{" "}
        {formatBias(effectAtMean(0.5, meta.rating_mean, meta.y_range))} {unit}, one of {formatNumber(high, 1)}{" "}
        only by {formatBias(effectAtMean(0.5, high, meta.y_range))}.
      </Why>
    </div>
  );
}

function WhyBias({ one }: { one: string }) {
  return one === "user" ? (
    <>
      A user’s bias is how generous they are beyond what the titles they rated explain. With few ratings it
      stays near 0 when weight decay holds it, and is wild without.
    </>
  ) : (
    <>
      A title can have a high mean because its fans are the ones who rated it; the model puts that down to
      taste and gives it a lower bias. With few ratings a bias stays near 0 when weight decay holds it, and is
      wild without.
    </>
  );
}

function Selected({ selection }: { selection: { value: number[] } }) {
  const count = selection.value.length;
  if (count === 0) return null;
  return (
    <>
      <span>{formatCount(count)} selected</span>
      <Button
        label={`Clear (${formatCount(count)})`}
        kind="quiet"
        onClick={() => {
          selection.value = [];
        }}
      />
    </>
  );
}
