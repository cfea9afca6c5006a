// What a neighbour search is asked: by which metric, how many, which end, among which titles.
import { type Signal, useComputed } from "@preact/signals";
import { Choice, NumberField, RadioGroup } from "../../components/fields";
import { MinRatings } from "../../components/MinRatings";
import type { ViewContext } from "../../context";
import { METRICS, type Metric, type Order } from "../../lib/metrics";

const NARROW = 420;

export function Settings({
  context,
  metric,
  order,
}: {
  context: ViewContext;
  metric: Signal<Metric>;
  order: Signal<Order>;
}) {
  const k = context.trait<number>("k");
  const has = context.shows;
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
          rule={{ min: 1, max: 1000, integer: true }}
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
