// What the bias ranking can be asked: search, filter, which end, how it is sorted, titles or users.
import type { Signal } from "@preact/signals";
import { Button } from "../../components/Button";
import { useControls, words } from "../../components/controls";
import type { Option } from "../../components/fields";
import { MinRatings } from "../../components/MinRatings";
import { SearchField } from "../../components/SearchField";
import { useView, type ViewContext } from "../../context";
import { ratingUnit } from "../../lib/format";
import { type Show, type SortKey, startsAscending } from "../../lib/ranking";

export type Kind = "items" | "users";
export type Units = "logit" | "stars";

const SORTS: readonly Option<SortKey>[] = [
  ["bias", "bias"],
  ["count", "ratings"],
  ["mean", "mean"],
  ["rank_by_mean", "rank by mean"],
  ["rank_change", "places gained"],
  ["title", "name"],
];
const ENDS: readonly Option<Show>[] = [["both_ends", "both ends"], ...words("top", "bottom", "all")];
export const KINDS: readonly Option<Kind>[] = [
  ["items", "titles"],
  ["users", "users"],
];

interface ControlsProps {
  kind: Kind;
  /** What is typed in the search. */
  text: Signal<string>;
  preview: Signal<number | null>;
  searchBox: { current: HTMLInputElement | null };
}

/** The search and the filter. */
export function Controls({ kind, text, preview, searchBox }: ControlsProps) {
  const { shows: has, trait, shared, store } = useView();
  const atRest: [signal: { value: unknown }, value: unknown][] = [
    [text, ""],
    [trait("show"), "both_ends"],
    [trait("sort_by"), "bias"],
    [trait("ascending"), false],
    [shared.minCount, store.data.value.default_min_count],
  ];
  const changed = atRest.some(([signal, value]) => signal.value !== value);
  const reset = () => {
    for (const [signal, value] of atRest) signal.value = value;
  };
  const searchName = kind === "users" ? "Search users" : "Search titles";
  return (
    <>
      {has("search") && <SearchField name={searchName} text={text} box={searchBox} />}
      {kind === "items" && has("min_count") && <MinRatings preview={preview} />}
      {has("reset") && changed && <Button label="Reset filters" text="Reset" kind="quiet" onClick={reset} />}
    </>
  );
}

interface SettingsProps {
  /** Then every match is shown. */
  searching: boolean;
  /** Whether the table has no header to sort by each column. */
  sorts: boolean;
}

/** Sort by a column: another one from its own end, the same one the other way round. */
export function sortBy({ trait }: ViewContext, key: SortKey): void {
  const sort = trait<SortKey>("sort_by");
  const ascending = trait<boolean>("ascending");
  ascending.value = key === sort.value ? !ascending.value : startsAscending(key);
  sort.value = key;
}

/** Which end is shown, how many rows, in which unit, how they are sorted, titles or users. */
export function Settings({ searching, sorts }: SettingsProps) {
  const context = useView();
  const { choice, radio, number } = useControls();
  const show = context.trait<Show>("show").value;
  const { y_range } = context.store.data.value;
  const units: Option<Units>[] = [
    ["logit", "logit"],
    ["stars", ratingUnit(y_range)],
  ];
  return (
    <>
      {radio("show", "Show", ENDS, {
        help: "Which end of the ranking",
        reason: searching && "While you search, every match is shown",
      })}
      {show !== "all" && number("n", show === "both_ends" ? "Rows at each end" : "Rows", 1, 10_000)}
      {sorts && choice("sort_by", "Sort by", SORTS, { onChange: (key) => sortBy(context, key) })}
      {y_range &&
        radio("units", "Bias in", units, {
          help: "Logits are what the model adds before the squeeze; stars are what that changes at the mean rating",
        })}
      {radio("kind", "Ranked", KINDS)}
    </>
  );
}
