// What the ratings are made of; Python counts and words it, once somebody looks.
import { useView } from "../context";
import { formatCount, formatNumber } from "../lib/format";
import { LoadingBar } from "./LoadingBar";
import { Bar } from "./TitleTable";
import { Why } from "./Why";

interface Card {
  bars: [caption: string, rows: [low: number, high: number, count: number][]][];
  notes: [sentence: string, summary: string, text: string][];
}

export function DataCard() {
  const card = useView().trait<Card | null>("_card").value;
  return (
    <section class="cw-stack cw-card" aria-label="Data">
      <LoadingBar busy={!card} />
      <div class="cw-flow cw-card-bars">
        {card?.bars.map(([caption, rows]) => (
          <Bars key={caption} caption={caption} rows={rows} />
        ))}
      </div>
      {card?.notes.map(([sentence, summary, text]) => (
        <div key={sentence} class="cw-stack cw-tight cw-small cw-guard">
          <p>{sentence}</p>
          {summary && <Why summary={summary}>{text}</Why>}
        </div>
      ))}
    </section>
  );
}

const end = (value: number): string =>
  Number.isInteger(value) ? formatCount(value) : formatNumber(value, 1);

function Bars({ caption, rows }: { caption: string; rows: Card["bars"][0][1] }) {
  const most = Math.max(...rows.map(([, , count]) => count));
  return (
    <table class="cw-table">
      <caption>{caption}</caption>
      <tbody>
        {rows.map(([low, high, count]) => (
          <tr key={low}>
            <th scope="row">{low === high ? end(low) : `${end(low)}–${end(high)}`}</th>
            <td class="cw-col-bar">
              <Bar to={count / most} tone="above" />
            </td>
            <td>{formatCount(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
