// An empty bias ranking: what hid every row, and the one click that brings some back.
import type { Signal } from "@preact/signals";
import { EmptyResult } from "../../components/Notice";
import { useNearestSpelling } from "../../components/nearestSpelling";
import type { ViewContext } from "../../context";
import { formatCount } from "../../lib/format";
import { helpfulMinCount } from "../../lib/minratings";
import type { Ranking } from "../../lib/ranking";
import type { TitleSearch } from "../../lib/search";
import type { Side } from "../../store";

export interface NothingProps {
  context: ViewContext;
  search: TitleSearch;
  side: Side;
  ranking: Ranking;
  /** What is typed in the search. */
  text: Signal<string>;
  /** "title" or "user". */
  one: string;
}

export function Nothing({ context, search, side, ranking, text, one }: NothingProps) {
  const { minCount } = context.shared;
  const typed = text.value.trim();
  const marks = search.containing(typed);
  const missed = search.ready && marks !== null && !marks.includes(1);
  const nearest = useNearestSpelling(search, side.counts, typed, missed);
  if (!search.ready) return <EmptyResult>Reading the names …</EmptyResult>;
  if (missed) {
    const name = nearest === null || nearest < 0 ? null : side.names.at(nearest);
    const clear = () => {
      text.value = "";
    };
    if (nearest !== null && nearest >= 0 && !search.isTrained(nearest)) {
      return (
        <EmptyResult action={{ label: "Clear the search", run: clear }}>
          {name} has no training rating, so it has no bias.
        </EmptyResult>
      );
    }
    return (
      <EmptyResult action={{ label: "Clear the search", run: clear }}>
        <span role="status">
          No {one} contains ‘{typed}’.{name !== null && " Nearest spelling: "}
        </span>
        {name !== null && (
          <button
            type="button"
            class="cw-link"
            onClick={() => {
              text.value = name;
            }}
          >
            {name}
          </button>
        )}
      </EmptyResult>
    );
  }
  if (ranking.nTrained === 0) return <EmptyResult>No {one} with a training rating yet.</EmptyResult>;
  const that = typed ? ` that contain ‘${typed}’` : "";
  const limit = helpfulMinCount(side.counts, side.trained, minCount.value, marks);
  if (limit === null)
    return (
      <EmptyResult>
        None of the {one}s{that} has a training rating yet.
      </EmptyResult>
    );
  const set = () => {
    minCount.value = limit;
  };
  return (
    <EmptyResult action={{ label: `Set to ${formatCount(limit)}`, run: set }}>
      0 {one}s: min ratings {formatCount(minCount.value)} hides all{that}.
    </EmptyResult>
  );
}
