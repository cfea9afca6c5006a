// A table with bars: title, a bar on a named scale, numbers. Rankings and neighbours are drawn by it.
import { trimmed } from "../scatter/labels";
import { heading, type Look, type Picture, write } from "./picture";

export interface BarRow {
  number: string;
  title: string;
  /** A short warning behind the title: "few". */
  mark: string;
  /** The bar's ends as shares of the scale's length. */
  from: number;
  to: number;
  selected: boolean;
  /** One text for each of the headers. */
  cells: readonly string[];
}

export interface BarTable {
  title: string;
  facts: string;
  /** What the scale is, and the texts at its beginning, middle and end. */
  scale: string;
  marks: readonly string[];
  /** Where bars begin, for a line there; null for a track behind each. */
  zero: number | null;
  headers: readonly string[];
  /** A text stands for rows that are left out. */
  rows: readonly (BarRow | string)[];
  note: string;
}

export const MOST_ROWS = 200;
const WIDTH = 760;
const ROW = 24;
const TOP = 88;
const BAR = { left: 344, width: 176 };
const CELL = 56;
const LETTERS = 38;

export function barsPicture({ title, facts, rows, headers, zero, ...table }: BarTable, look: Look): Picture {
  const height = TOP + rows.length * ROW + 44;
  const at = (share: number) => BAR.left + share * BAR.width;
  const small = { size: 11, color: look.soft };
  return {
    title,
    width: WIDTH,
    height,
    look,
    draw(pen) {
      const rectangle = (color: string, x: number, y: number, width: number, tall: number) => {
        pen.fillStyle = color;
        pen.fillRect(x, y, width, tall);
      };
      const inColumns = (texts: readonly string[], y: number, style: object) => {
        texts.forEach((text, i) => {
          const right = WIDTH - 16 - (texts.length - 1 - i) * CELL;
          write(pen, look, text, right, y, { ...style, align: "right" });
        });
      };
      heading(pen, look, WIDTH, title, facts);
      write(pen, look, table.scale, at(0.5), TOP - 30, { ...small, align: "center" });
      table.marks.forEach((text, i) => {
        write(pen, look, text, at(i / 2), TOP - 12, { ...small, align: "center" });
      });
      inColumns(headers, TOP - 12, small);
      if (zero !== null) rectangle(look.line, at(zero) - 0.5, TOP - 4, 1, rows.length * ROW + 4);
      rows.forEach((row, i) => {
        const top = TOP + i * ROW;
        const base = top + 16;
        if (typeof row === "string") {
          write(pen, look, row, 56, base, { color: look.soft });
          return;
        }
        if (row.selected) rectangle(look.accent, 8, top + 2, 3, ROW - 4);
        write(pen, look, row.number, 48, base, { color: look.soft, align: "right" });
        write(pen, look, trimmed(row.title, LETTERS - (row.mark ? 7 : 0)), 56, base, { bold: row.selected });
        if (row.mark)
          write(pen, look, row.mark, BAR.left - 10, base, { size: 11, color: look.valid, align: "right" });
        if (zero === null) rectangle(look.line, BAR.left, top + 6, BAR.width, 12);
        const color = zero !== null && row.from < zero ? look.below : look.above;
        rectangle(color, at(row.from), top + 6, (row.to - row.from) * BAR.width, 12);
        inColumns(row.cells, base, {});
      });
      write(pen, look, table.note, 16, height - 14, small);
    },
  };
}
