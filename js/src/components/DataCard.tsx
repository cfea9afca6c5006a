// What the ratings are made of, and what that keeps a model from knowing.
import type { ViewContext } from "../context";
import { doublingBins, medianCount } from "../lib/databins";
import { formatCount, formatNumber, plural } from "../lib/format";
import { LoadingBar } from "./LoadingBar";
import { Why } from "./Why";

interface Card {
  bars: [low: number, high: number, count: number][];
  repeated: number[];
  n_repeated: number;
  n_repeats: number;
}

const MOST_NAMED = 100;

export function DataCard({ context }: { context: ViewContext }) {
  const { store } = context;
  const card = context.trait<Card | null>("_card").value;
  const meta = store.meta.value;
  const items = store.items.value;
  const users = store.users.value;
  const [item, user] = [meta.item_name, meta.user_name];
  const perItem = items.counts.subarray(1);
  const perUser = users.counts.subarray(1);
  const never: string[] = [];
  for (let row = 1; row < items.n && never.length < MOST_NAMED; row++)
    if (!items.trained[row]) never.push(items.names.at(row));
  return (
    <section class="cw-card" aria-label="Data">
      <LoadingBar busy={!card} />
      <p>
        {plural(meta.n_ratings, "rating")} of {plural(meta.n_items, item)} by {plural(meta.n_users, user)}:{" "}
        {formatNumber((100 * meta.n_ratings) / Math.max(1, meta.n_items * meta.n_users), 1)} % of all pairs.
        Mean {formatNumber(meta.rating_mean, 2)}; {formatCount(meta.n_train)} for training,{" "}
        {formatCount(meta.n_valid)} held out.
      </p>
      <div class="cw-card-bars">
        {card && (
          <Bars
            caption="Ratings by value"
            rows={card.bars.map(([low, high, count]) => ({ text: bounds(low, high), count }))}
          />
        )}
        <Bars
          caption={`Ratings a ${item} (median ${formatCount(medianCount(perItem))})`}
          rows={rows(perItem)}
        />
        <Bars
          caption={`Ratings a ${user} (median ${formatCount(medianCount(perUser))})`}
          rows={rows(perUser)}
        />
      </div>
      <div class="cw-guard">
        <p>
          Missing is not disliked: people rate what they chose to see, and some rate far more than others.
        </p>
        <Why>
          A {item} without a rating may be unknown, not bad. The few who rate most decide most of what is
          learnt, so a mean over ratings is theirs rather than everybody’s.
        </Why>
      </div>
      <div class="cw-guard">
        <p>
          {plural(meta.n_never_trained, item)} never trained: their ratings all fell to validation, so no view
          shows them.
        </p>
        {never.length > 0 && <Names label={`The ${item}s`} names={never} of={meta.n_never_trained} />}
      </div>
      {card && (
        <div class="cw-guard">
          <p>
            {card.n_repeated
              ? `${plural(card.n_repeated, item)} rated more than once by the same ${user} (${plural(card.n_repeats, "rating")}): most often two ids under one name, merged here.`
              : `No ${item} was rated twice by the same ${user}, so no two ids were seen to share a name.`}
          </p>
          {card.n_repeated > 0 && (
            <Names
              label={`The ${item}s`}
              names={card.repeated.map((row) => items.names.at(row))}
              of={card.n_repeated}
            />
          )}
        </div>
      )}
    </section>
  );
}

const bounds = (low: number, high: number): string =>
  low === high
    ? formatNumber(low, Number.isInteger(low) ? 0 : 1)
    : `${formatNumber(low, 2)} – ${formatNumber(high, 2)}`;

const rows = (counts: Int32Array): { text: string; count: number }[] =>
  doublingBins(counts).map(({ low, high, count }) => ({
    text: low === high ? formatCount(low) : `${formatCount(low)}–${formatCount(high)}`,
    count,
  }));

function Bars({ caption, rows }: { caption: string; rows: { text: string; count: number }[] }) {
  const most = rows.reduce((high, { count }) => Math.max(high, count), 1);
  return (
    <table class="cw-bars">
      <caption>{caption}</caption>
      <tbody>
        {rows.map(({ text, count }) => (
          <tr key={text}>
            <th scope="row">{text}</th>
            <td class="cw-bars-bar" aria-hidden="true">
              <span style={{ width: `${(100 * count) / most}%` }} />
            </td>
            <td>{formatCount(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Names({ label, names, of }: { label: string; names: string[]; of: number }) {
  return (
    <details class="cw-why">
      <summary>{label}</summary>
      <div class="cw-why-text">
        {names.join("; ")}
        {of > names.length && ` and ${formatCount(of - names.length)} more`}.
      </div>
    </details>
  );
}
