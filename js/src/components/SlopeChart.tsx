// The rows shown as lines from their rank by mean to their rank by bias: where a bias is no mean, a line is steep.
import type { Signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { formatCount } from "../lib/format";
import { gainedText, type Ranking } from "../lib/ranking";
import { slopeLines } from "../lib/slope";
import type { Side } from "../store";
import type { Holding } from "./heldOrder";
import { useRows } from "./rows";

/** More lines than this are a tangle: then half of them are drawn from either end. */
const MOST = 40;
const GAP = 22;
const LEAST_HEIGHT = 260;
/** Left labels, then from a label to its scale, in pixels. */
const NUMBERS = 48;
const LEADER = 16;

export interface SlopeChartProps {
  side: Side;
  ranking: Ranking;
  /** In the order of the table. */
  rows: readonly number[];
  filtered: ArrayLike<number>;
  width: number;
  hovered: Signal<number | null>;
  selection: Signal<number[]>;
  primary: Signal<number | null>;
  holding: Holding;
  onSearch: () => void;
  onCopy: () => void;
}

export function SlopeChart(props: SlopeChartProps) {
  const { side, ranking, rows, width, hovered, selection } = props;
  const list = useRef<HTMLUListElement>(null);
  const { lines, height } = useMemo(() => {
    const drawn = rows.length > MOST ? [...rows.slice(0, MOST / 2), ...rows.slice(-MOST / 2)] : rows;
    const tall = Math.max(LEAST_HEIGHT, drawn.length * GAP);
    const slopes = drawn.map((row) => ({ row, from: ranking.rankByMean[row], to: ranking.rank[row] }));
    return { lines: slopeLines(slopes, ranking.rows.length, tall, GAP), height: tall };
  }, [rows, ranking]);
  const inUse = useRows({ ...props, order: lines.map(({ row }) => row), body: list });
  const titles = Math.min(260, Math.max(120, width * 0.42));
  const left = NUMBERS + LEADER;
  const right = Math.max(left + 60, width - titles - NUMBERS - LEADER);
  const selected = new Set(selection.value);
  return (
    <div
      class="cw-slope"
      style={{ height: `${height + 40}px` }}
      onPointerLeave={() => {
        hovered.value = null;
      }}
    >
      <span class="cw-slope-scale" style={{ insetInlineStart: 0 }}>
        Rank by mean
      </span>
      <span class="cw-slope-scale" style={{ insetInlineStart: `${right}px` }}>
        Rank by bias
      </span>
      <svg width={width} height={height} aria-hidden="true">
        {[left, right].map((x) => (
          <line key={x} class="cw-slope-axis" x1={x} x2={x} y1={0} y2={height} />
        ))}
        {lines.map((line) => (
          <polyline
            key={line.row}
            class={
              line.from > line.to ? "cw-slope-up" : line.from < line.to ? "cw-slope-down" : "cw-slope-even"
            }
            data-lit={hovered.value === line.row || selected.has(line.row) || undefined}
            points={[
              [NUMBERS + 2, line.fromLabelY],
              [left, line.fromY],
              [right, line.toY],
              [right + LEADER - 2, line.toLabelY],
            ]
              .map((point) => point.join(","))
              .join(" ")}
          />
        ))}
      </svg>
      <span class="cw-slope-note" style={{ insetInlineStart: `${left}px`, width: `${right - left}px` }}>
        scales wider at their ends
      </span>
      {lines.map((line) => (
        <span key={line.row} class="cw-slope-from" aria-hidden="true" style={{ top: `${line.fromLabelY}px` }}>
          {formatCount(line.from)}
        </span>
      ))}
      <ul
        ref={list}
        class="cw-slope-titles"
        role="listbox"
        aria-label="Titles from their rank by mean to their rank by bias"
        aria-multiselectable="true"
        style={{ insetInlineStart: `${right + LEADER}px` }}
        {...inUse.body}
      >
        {lines.map((line) => (
          <li
            key={line.row}
            role="option"
            {...inUse.row(line.row)}
            data-lit={hovered.value === line.row || undefined}
            aria-selected={selected.has(line.row)}
            style={{ top: `${line.toLabelY}px` }}
            title={side.names.at(line.row)}
            onPointerEnter={() => {
              hovered.value = line.row;
            }}
          >
            <span class="cw-slope-to">{formatCount(line.to)}</span> {side.names.at(line.row)}
            <span class="cw-unseen">
              , {formatCount(line.from)} by mean, {gainedText(line.from - line.to)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
