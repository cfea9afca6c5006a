// Tables as text: TSV for the clipboard, CSV for a file. Values unrounded, dot decimal, whatever the page's language.

export type Cell = string | number | boolean | null;

/** Columns of a table, each by what a row has in it. */
export type CellColumns<Row> = readonly (readonly [name: string, cell: (row: Row) => Cell])[];

/** Header and rows. */
export const tableOf = <Row>(columns: CellColumns<Row>, rows: Iterable<Row>): Cell[][] => [
  columns.map(([name]) => name),
  ...Array.from(rows, (row) => columns.map(([, cell]) => cell(row))),
];

function plain(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  return String(cell);
}

/** Tabs and line breaks inside a cell become spaces: spreadsheets do not read quotes in pasted TSV alike. */
export function toTsv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map((cell) => plain(cell).replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");
}

/** RFC 4180: quotes where needed, CRLF line ends. */
export function toCsv(rows: readonly (readonly Cell[])[]): string {
  const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => `${row.map((cell) => quote(plain(cell))).join(",")}\r\n`).join("");
}

/** A float32 as the shortest decimal that reads back as the same float32 (0.1, not 0.10000000149011612). */
export function shortest32(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
