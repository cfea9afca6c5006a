// The words that keep a bias from being read as a mean, as stars or as the truth.
import type { Signal } from "@preact/signals";
import { Link } from "../../components/Button";
import { setTo } from "../../components/fields";
import { Why } from "../../components/Why";
import { formatBias, formatNumber, ratingUnit } from "../../lib/format";
import { effectAtMean } from "../../lib/ranking";
import type { LearnerStore } from "../../store";

export interface GuardProps {
  store: LearnerStore;
  /** "title" or "user". */
  one: "title" | "user";
  center: Signal<boolean>;
}

export function Guard({ store, one, center }: GuardProps) {
  const { y_range, rating_mean, rating_max } = store.data.value;
  const other = one === "user" ? "title" : "user";
  const unit = ratingUnit(y_range) === "stars" ? "stars" : "rating points";
  const mean = formatNumber(rating_mean, 2);
  const seed = "Another seed moves places that are close.";
  if (!y_range) {
    return (
      <div class="cw-stack cw-small cw-guard">
        <p>
          Bias is no mean rating: it is what remains after allowing for taste.{" "}
          <Zero one={one} center={center} /> {seed}
        </p>
        <Why>
          <WhyBias one={one} />
        </Why>
      </div>
    );
  }
  const high = Math.min(rating_max - 0.5, y_range[1] - 0.5);
  return (
    <div class="cw-stack cw-small cw-guard">
      <p>
        Bias is a logit, not {unit}: it is added before the squeeze, after allowing for taste.{" "}
        <Zero one={one} center={center} /> Effect is the change in {unit} for an average {other} at the mean
        rating ({mean}). {seed}
      </p>
      <Why>
        <WhyBias one={one} /> A bias of +0.50 moves a prediction of {mean} by{" "}
        {formatBias(effectAtMean(0.5, rating_mean, y_range))} {unit}, one of {formatNumber(high, 1)} only by{" "}
        {formatBias(effectAtMean(0.5, high, y_range))}.
      </Why>
    </div>
  );
}

/** Where 0 lies. */
function Zero({ one, center }: { one: string; center: Signal<boolean> }) {
  if (center.value) return <>0 is the average {one}.</>;
  return (
    <>
      These are raw: 0 is arbitrary, as a constant can move between titles and users (
      <Link onClick={setTo(center, true)}>count from the average {one}</Link>).
    </>
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
