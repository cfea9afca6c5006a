// An empty bias ranking: what hid every row, and the one click that brings some back.
import type { Signal } from "@preact/signals";
import { Link } from "../../components/Button";
import { setTo } from "../../components/fields";
import { EmptyResult, HiddenByFilter } from "../../components/Notice";
import { useNearestSpelling } from "../../components/nearestSpelling";
import { useView } from "../../context";
import { helpfulMinCount } from "../../lib/minratings";
import type { Ranking } from "../../lib/ranking";
import type { TitleSearch } from "../../lib/search";
import type { Side } from "../../store";

export interface NothingProps {
  search: TitleSearch;
  side: Side;
  ranking: Ranking;
  /** What is typed in the search. */
  text: Signal<string>;
  /** "title" or "user". */
  one: string;
}

export function Nothing({ search, side, ranking, text, one }: NothingProps) {
  const { minCount } = useView().shared;
  const typed = text.value.trim();
  const marks = search.containing(typed);
  const missed = search.ready && marks !== null && !marks.includes(1);
  const nearest = useNearestSpelling(search, typed, missed);
  if (!search.ready) return <EmptyResult>Reading the names …</EmptyResult>;
  if (missed) {
    const name = nearest === null || nearest < 0 ? null : side.names.at(nearest);
    const untrained = name !== null && !search.isKnown(nearest as number);
    return (
      <EmptyResult action={{ label: "Clear the search", run: setTo(text, "") }}>
        {untrained ? (
          `${name} has no training rating, so it has no bias.`
        ) : (
          <span role="status">
            No {one} contains ‘{typed}’.{name !== null && " Nearest spelling: "}
          </span>
        )}
        {name !== null && !untrained && <Link onClick={setTo(text, name)}>{name}</Link>}
      </EmptyResult>
    );
  }
  if (ranking.nTrained === 0) return <EmptyResult>No {one} with a training rating yet.</EmptyResult>;
  const that = typed ? ` that contain ‘${typed}’` : "";
  const limit = helpfulMinCount(side.counts, side.trained, minCount.value, marks);
  if (limit === null) {
    return <EmptyResult>{`None of the ${one}s${that} has a training rating yet.`}</EmptyResult>;
  }
  return <HiddenByFilter minCount={minCount} limit={limit} many={`${one}s`} that={that} />;
}
