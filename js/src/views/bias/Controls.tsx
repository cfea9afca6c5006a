// What the bias ranking can be asked: search, filter, which end, how it is sorted, titles or users.
import type { Signal } from "@preact/signals";
import { Button } from "../../components/Button";
import { Choice, NumberField, RadioGroup, setting } from "../../components/fields";
import { MinRatings } from "../../components/MinRatings";
import { useId } from "../../components/useId";
import type { ViewContext } from "../../context";
import { ratingUnit } from "../../lib/format";
import type { Show, SortKey } from "../../lib/ranking";

export type Kind = "items" | "users";
export type Units = "logit" | "stars";

const SORTS: readonly (readonly [SortKey, string])[] = [
  ["bias", "bias"],
  ["count", "ratings"],
  ["mean", "mean"],
  ["rank_by_mean", "rank by mean"],
  ["rank_change", "places gained"],
  ["title", "name"],
];

/** Titles or users. */
export function KindSwitch({ context }: { context: ViewContext }) {
  const kind = context.trait<Kind>("kind");
  return (
    <RadioGroup<Kind>
      label="Ranked"
      value={kind.value ?? "items"}
      options={[
        ["items", "titles"],
        ["users", "users"],
      ]}
      onChange={setting(kind)}
    />
  );
}

interface ControlsProps {
  context: ViewContext;
  kind: Kind;
  /** What is typed in the search. */
  text: Signal<string>;
  preview: Signal<number | null>;
  searchBox: { current: HTMLInputElement | null };
  onReset: () => void;
}

/** The search and the filter. */
export function Controls({ context, kind, text, preview, searchBox, onReset }: ControlsProps) {
  const id = useId();
  const has = context.shows;
  const changed =
    Boolean(text.value) ||
    (context.trait<Show>("show").value ?? "both_ends") !== "both_ends" ||
    (context.trait<SortKey>("sort_by").value ?? "bias") !== "bias" ||
    Boolean(context.trait<boolean>("ascending").value) ||
    context.shared.minCount.value !== context.store.data.value.default_min_count;
  const searchName = kind === "users" ? "Search users" : "Search titles";
  return (
    <>
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
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
            onKeyDown={(event) => {
              if (event.key !== "Escape" || event.isComposing || !text.value) return;
              text.value = "";
              event.preventDefault();
              event.stopPropagation();
            }}
          />
        </div>
      )}
      {kind === "items" && has("min_count") && <MinRatings context={context} preview={preview} />}
      {has("reset") && changed && (
        <Button label="Reset filters" text="Reset" kind="quiet" onClick={onReset} />
      )}
    </>
  );
}

interface SettingsProps {
  context: ViewContext;
  /** Then every match is shown. */
  searching: boolean;
  /** Whether the table has no header to sort by each column. */
  sorts: boolean;
  onSort: (key: SortKey) => void;
}

/** Which end is shown, how many rows, in which unit, how they are sorted, titles or users. */
export function Settings({ context, searching, sorts, onSort }: SettingsProps) {
  const show = context.trait<Show>("show");
  const n = context.trait<number>("n");
  const units = context.trait<Units>("units");
  const has = context.shows;
  return (
    <>
      {has("show") && (
        <RadioGroup<Show>
          label="Show"
          value={show.value ?? "both_ends"}
          disabled={searching}
          help={searching ? "While you search, every match is shown" : "Which end of the ranking"}
          options={[
            ["both_ends", "both ends"],
            ["top", "top"],
            ["bottom", "bottom"],
            ["all", "all"],
          ]}
          onChange={setting(show)}
        />
      )}
      {has("n") && show.value !== "all" && (
        <NumberField
          label={(show.value ?? "both_ends") === "both_ends" ? "Rows at each end" : "Rows"}
          value={n.value ?? 5}
          rule={{ min: 1, max: 10_000, integer: true }}
          onChange={setting(n)}
        />
      )}
      {has("sort_by") && sorts && (
        <Choice<SortKey>
          label="Sort by"
          value={context.trait<SortKey>("sort_by").value ?? "bias"}
          options={SORTS}
          onChange={onSort}
        />
      )}
      {has("units") && context.store.data.value.y_range && (
        <RadioGroup<Units>
          label="Bias in"
          value={units.value ?? "logit"}
          help="Logits are what the model adds before the squeeze; stars are what that changes at the mean rating"
          options={[
            ["logit", "logit"],
            ["stars", ratingUnit(context.store.data.value.y_range) === "stars" ? "stars" : "rating"],
          ]}
          onChange={setting(units)}
        />
      )}
      {has("kind") && <KindSwitch context={context} />}
    </>
  );
}
