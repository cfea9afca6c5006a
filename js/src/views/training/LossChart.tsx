// The loss chart as SVG: its size, its words for a screen reader, and the crosshair over it.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useId } from "../../components/useId";
import { type LossFacts, layOutLoss } from "../../lib/loss/layout";
import { chartSummary } from "../../lib/wording";
import { Crosshair } from "./Crosshair";
import { LossAxes, LossCurves, LossKey } from "./LossMarks";

const MARGIN = { top: 24, right: 48, bottom: 40, left: 48 };
const KEY_ROW = 20;
/** Pixels from which one row holds the whole key, and from which two rows do. */
const WIDE = 560;
const NARROW = 320;

export function LossChart(props: {
  facts: LossFacts;
  /** Receives the drawing, for its download. */
  drawing: RefObject<SVGSVGElement | null>;
}) {
  const { facts, drawing } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const size = useSignal(0);

  useEffect(() => {
    const observer = new ResizeObserver((entries) => {
      size.value = Math.round(entries[entries.length - 1].contentRect.width);
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  const width = size.value;
  const wide = width >= WIDE;
  const bottom = width < 480 ? 192 : 232;
  const left = MARGIN.left;
  const room = { left, right: Math.max(left + 1, width - MARGIN.right), top: MARGIN.top, bottom };
  const height = bottom + MARGIN.bottom + (wide ? 1 : 2) * KEY_ROW;
  const layout = layOutLoss(facts, room);

  return (
    <div class="cw-chart" ref={box}>
      {width > 0 && (
        <>
          <svg
            ref={drawing}
            class="cw-loss"
            role="img"
            aria-label="Loss"
            aria-describedby={id}
            width={width}
            height={height}
            viewBox={`0 0 ${width} ${height}`}
          >
            <rect class="cw-loss-ground" width={width} height={height} />
            <LossAxes facts={facts} layout={layout} room={room} />
            <LossCurves facts={facts} layout={layout} room={room} />
            <LossKey facts={facts} layout={layout} room={room} rmse={width >= NARROW} wide={wide} />
          </svg>
          <Crosshair facts={facts} plot={{ ...room, end: layout.end }} />
        </>
      )}
      <p id={id} class="cw-unseen">
        {chartSummary(facts.history)}
      </p>
    </div>
  );
}
