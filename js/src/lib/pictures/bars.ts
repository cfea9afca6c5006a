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
  below: boolean;
  selected: boolean;
  /** One text for each of the headers. */
  cells: readonly string[];
}

export interface BarTable {
  title: string;
  facts: string;
  /** What the scale is, and the texts along it at shares of its length. */
  scale: string;
  marks: readonly (readonly [number, string])[];
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

export function barsPicture(table: BarTable, look: Look): Picture {
  const rows = table.rows.slice(0, MOST_ROWS);
  const height = TOP + rows.length * ROW + 44;
  const at = (share: number) => BAR.left + share * BAR.width;
  const column = (i: number) => WIDTH - 16 - (table.headers.length - 1 - i) * CELL;
  const small = { size: 11, color: look.soft };
  return {
    title: table.title,
    width: WIDTH,
    height,
    look,
    draw(pen) {
      heading(pen, look, WIDTH, table.title, table.facts);
      write(pen, look, table.scale, at(0.5), TOP - 30, { ...small, align: "center" });
      for (const [share, text] of table.marks)
        write(pen, look, text, at(share), TOP - 12, { ...small, align: "center" });
      table.headers.forEach((header, i) => {
        write(pen, look, header, column(i), TOP - 12, { ...small, align: "right" });
      });
      if (table.zero !== null) {
        pen.fillStyle = look.line;
        pen.fillRect(at(table.zero) - 0.5, TOP - 4, 1, rows.length * ROW + 4);
      }
      rows.forEach((row, i) => {
        const top = TOP + i * ROW;
        const base = top + 16;
        if (typeof row === "string") {
          write(pen, look, row, 56, base, { color: look.soft });
          return;
        }
        if (row.selected) {
          pen.fillStyle = look.accent;
          pen.fillRect(8, top + 2, 3, ROW - 4);
        }
        write(pen, look, row.number, 48, base, { color: look.soft, align: "right" });
        write(pen, look, trimmed(row.title, LETTERS - (row.mark ? 7 : 0)), 56, base, { bold: row.selected });
        write(pen, look, row.mark, BAR.left - 10, base, { size: 11, color: look.valid, align: "right" });
        if (table.zero === null) {
          pen.fillStyle = look.line;
          pen.fillRect(BAR.left, top + 6, BAR.width, 12);
        }
        pen.fillStyle = row.below ? look.below : look.above;
        pen.fillRect(at(row.from), top + 6, Math.max(0, row.to - row.from) * BAR.width, 12);
        row.cells.forEach((text, k) => {
          write(pen, look, text, column(k), base, { align: "right" });
        });
      });
      write(pen, look, table.note, 16, height - 14, small);
    },
  };
}
