// The words that keep a bias from being read as a mean, as stars or as the truth.
import type { Signal } from "@preact/signals";
import { Link } from "../../components/Button";
import { setTo } from "../../components/fields";
import { Why } from "../../components/Why";
import { formatBias, formatNumber, ratingUnit } from "../../lib/format";
import { effectsAt } from "../../lib/ranking";
import type { LearnerStore } from "../../store";

export function Guard(props: {
  store: LearnerStore;
  /** "title" or "user". */
  one: "title" | "user";
  center: Signal<boolean>;
}) {
  const { store, one, center } = props;
  const { y_range, rating_mean, rating_max } = store.data.value;
  const other = one === "user" ? "title" : "user";
  const unit = ratingUnit(y_range) === "stars" ? "stars" : "rating points";
  const mean = formatNumber(rating_mean, 2);
  const high = y_range && Math.min(rating_max - 0.5, y_range[1] - 0.5);
  const half = (rating: number) => formatBias(y_range ? effectsAt(rating, y_range)(0.5) : 0.5);
  return (
    <div class="cw-stack cw-tight cw-small cw-guard">
      <p>
        {y_range
          ? `Bias is a logit, not ${unit}: it is added before the squeeze, after allowing for taste.`
          : "Bias is no mean rating: it is what remains after allowing for taste."}{" "}
        {center.value ? (
          `0 is the average ${one}.`
        ) : (
          <>
            These are raw: 0 is arbitrary, as a constant can move between titles and users (
            <Link onClick={setTo(center, true)}>count from the average {one}</Link>).
          </>
        )}{" "}
        {y_range && `Effect is the change in ${unit} for an average ${other} at the mean rating (${mean}). `}
        Another seed moves places that are close.
      </p>
      <Why>
        {one === "user"
          ? "A user’s bias is how generous they are beyond what the titles they rated explain. "
          : "A title can have a high mean because its fans are the ones who rated it; the model puts that down to " +
            "taste and gives it a lower bias. "}
        With few ratings {one === "user" ? "it" : "a bias"} stays near 0 when weight decay holds it, and is
        wild without.
        {high &&
          ` A bias of +0.50 moves a prediction of ${mean} by ${half(rating_mean)} ${unit}, ` +
            `one of ${formatNumber(high, 1)} only by ${half(high)}.`}
      </Why>
    </div>
  );
}
