// The map as a picture: the plot as it stands on the page, what colours mean, and what the axes keep.

import type { MapFrame, Side } from "../../store";
import type { Cell } from "../delimited";
import { shortest32 } from "../delimited";
import { type Context2D, css } from "../scatter/paint";
import type { Rgb } from "../scatter/palette";
import { heading, type Look, type Picture, write } from "./picture";

export interface MapFacts {
  /** "931 titles (≥ 20 ratings), epoch 5" */
  facts: string;
  /** What colours stand for, at both ends of the ramp and by name; null where they stand for nothing. */
  key: {
    name: string;
    low: string;
    high: string;
    ramp: readonly Rgb[];
    named: readonly (readonly [string, Rgb])[];
  } | null;
  /** What sizes stand for, and from what to what; null where they stand for nothing. */
  size: { name: string; ends: readonly { text: string }[] } | null;
  notes: readonly string[];
}

interface Drawn {
  size: { width: number; height: number };
  drawOn(pen: Context2D, dx: number, dy: number): void;
}

/** Where everything begins at the left, and so much more room above the plot than on the page. */
const LEFT = 16;
const TOP = 16;

export function mapPicture(plot: Drawn, { facts, key, size, notes }: MapFacts, look: Look): Picture {
  const width = plot.size.width + LEFT;
  const height = plot.size.height + TOP;
  const narrow = width < 436;
  const ends = size?.ends.map(({ text }) => text).join(" to ");
  const lines = [facts, ...(size ? [`size: ${size.name}${ends && `, ${ends}`}`] : []), ...notes];
  const small = { size: 11, color: look.soft };
  return {
    title: "Map of titles",
    width,
    height: height + (key ? 24 : 0) + 18 * lines.length + 12,
    look,
    draw(pen) {
      plot.drawOn(pen, narrow ? 14 : 6, TOP); // a narrow plot has a margin of 2, others of 10
      heading(pen, look, width, "Map of titles", "");
      let y = height + 14;
      if (key) {
        const name = `colour: ${narrow ? key.name.split(",")[0] : key.name} ${key.low}`;
        write(pen, look, name, LEFT, y, small);
        let left = LEFT + 8 + pen.measureText(name).width;
        const step = 96 / key.ramp.length;
        key.ramp.forEach((color, i) => {
          pen.fillStyle = css(color);
          pen.fillRect(left + i * step, y - 9, step + 0.3, 9);
        });
        write(pen, look, key.high, left + 104, y, small);
        if (key.ramp.length) left += 120 + pen.measureText(key.high).width;
        for (const [text, color] of key.named) {
          pen.fillStyle = css(color);
          pen.fillRect(left, y - 9, 9, 9);
          write(pen, look, text, left + 13, y, small);
          left += 24 + pen.measureText(text).width;
        }
        y += 24;
      }
      for (const line of lines) {
        write(pen, look, line, LEFT, y, small);
        y += 18;
      }
    },
  };
}

/** Another column of the table, by row. */
export type Extra = readonly [name: string, cell: (row: number) => Cell];

/** The map as a table: names, coordinates on all components that travel and aligned, counts, means, and the rest. */
export function mapTable(
  side: Side,
  frame: MapFrame,
  rows: Iterable<number>,
  nameColumn: string,
  extras: readonly Extra[] = [],
): Cell[][] {
  const axes = Array.from({ length: frame.m }, (_, j) => j);
  const turned = frame.plane?.length ? [0, 1] : [];
  const header = [
    nameColumn,
    ...axes.map((j) => `PC${j + 1}`),
    ...turned.map((j) => "AB"[j]),
    "count",
    "mean",
    ...extras.map(([name]) => name),
  ];
  const cells = Array.from(rows, (row): Cell[] => [
    side.names.at(row),
    ...axes.map((j) => shortest32(frame.scores[row * frame.m + j])),
    ...turned.map((j) => shortest32(frame.aligned?.[2 * row + j] ?? Number.NaN)),
    side.counts[row],
    shortest32(side.means[row]),
    ...extras.map(([, cell]) => cell(row)),
  ]);
  return [header, ...cells];
}
