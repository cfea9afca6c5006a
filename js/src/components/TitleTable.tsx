// A table of titles or users: rows as one tab stop, long lists windowed. What a column shows is its view's.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useView } from "../context";
import type { Titles } from "../lib/wire";
import { setTo } from "./fields";
import { type Rows, useRows } from "./rows";
import { useSlidingRows } from "./slide";
import { useWindow } from "./windowed";

/** In place of a row: the line that says how many are left out. */
export const GAP = -1;

export interface TableColumn {
  name: string;
  label: string;
  help?: string;
  /** Under the label. */
  unit?: ComponentChildren;
  /** Before its cell in the second line of a row; the label if left out. */
  short?: string;
  /** Its header is no button. */
  unsorted?: boolean;
  cell: (row: number, line: number) => ComponentChildren;
}

/** What a table of titles shares with the other views, and how it follows a keyboard. */
export interface TableLinks
  extends Pick<Rows, "selection" | "onExplore" | "holding" | "onSearch" | "onCopy"> {
  hovered: Signal<number | null>;
  primary: number | null;
}

interface TitleTableProps extends TableLinks {
  caption: string;
  /** One of them is called "title": it heads the row. */
  columns: readonly TableColumn[];
  names: Titles;
  /** What stands below the head, line by line: rows, and perhaps the gap. */
  lines: readonly number[];
  gap?: ComponentChildren;
  /** What Ctrl/Cmd+A selects; the lines if left out. */
  filtered?: ArrayLike<number>;
  /** In a second line of a row, where they find no room beside the title. */
  beneath: readonly TableColumn[];
  sort?: { by: string; ascending: boolean; set: (by: string) => void };
  /** Whether Enter brings another list, whose first row then has the focus. */
  follows?: boolean;
}

export function TitleTable(props: TitleTableProps) {
  const { columns, names, lines, beneath, hovered, selection, primary } = props;
  const { reducedMotion } = useView();
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = useMemo(() => lines.filter((row) => row !== GAP), [lines]);
  const following = useRef(false);
  useLayoutEffect(() => {
    if (following.current) body.current?.querySelector<HTMLElement>("[data-row]")?.focus();
    following.current = false;
  }, [lines]);
  const seen = useWindow(lines, box, body);
  useSlidingRows(body, rows, reducedMotion.value || seen.windowed);
  const inUse = useRows({ filtered: rows, ...props, ...seen, order: rows, body });
  const selected = useMemo(() => new Set(selection.value), [selection.value]);

  const drawLine = (row: number, line: number) => {
    if (row === GAP) {
      return (
        <tr key="skipped" class="cw-skipped">
          <td colSpan={columns.length}>{props.gap}</td>
        </tr>
      );
    }
    const isSelected = selected.has(row);
    const isPrimary = primary === row;
    return (
      <tr
        key={row}
        {...inUse.row(row)}
        data-selected={isSelected || undefined}
        data-primary={isPrimary || undefined}
        data-lit={hovered.value === row || undefined}
        aria-selected={seen.windowed ? isSelected : undefined}
        aria-rowindex={seen.index(line)}
      >
        {columns.map(({ name, cell }) =>
          name === "title" ? (
            <th key={name} scope="row" class="cw-col-title" title={names.at(row)}>
              <span class="cw-with-badge">
                <span class="cw-row-marks">
                  {isPrimary && <span class="cw-unseen">explored </span>}
                  {isSelected && <span class="cw-unseen">selected </span>}
                </span>
                {cell(row, line)}
              </span>
              {beneath.length > 0 && (
                <span class="cw-small cw-beneath">
                  {beneath.map(({ name, label, short = label.toLowerCase(), cell }) => {
                    const value = cell(row, line);
                    return (
                      value && (
                        <span key={name}>
                          {short} {value}
                        </span>
                      )
                    );
                  })}
                </span>
              )}
            </th>
          ) : (
            <td key={name} class={`cw-col-${name}`}>
              {cell(row, line)}
            </td>
          ),
        )}
      </tr>
    );
  };
  return (
    <div ref={box} class="cw-table-box" {...seen.box}>
      <table class="cw-table" data-beneath={beneath.length > 0 || undefined} {...seen.table}>
        <caption class="cw-unseen">{props.caption}</caption>
        <thead>
          <tr aria-rowindex={seen.index(-1)}>
            {columns.map((column) => (
              <Head key={column.name} column={column} sort={props.sort} />
            ))}
          </tr>
        </thead>
        <tbody
          ref={body}
          {...inUse.body}
          onKeyDown={(event) => {
            following.current = Boolean(props.follows) && event.key === "Enter";
            inUse.body.onKeyDown(event);
          }}
          onPointerLeave={setTo(hovered, null)}
          onPointerOver={(event) => {
            const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset.row;
            hovered.value = row === undefined ? null : Number(row);
          }}
        >
          {seen.draw(inUse.active, columns.length, drawLine)}
        </tbody>
      </table>
    </div>
  );
}

function Head({ column, sort }: { column: TableColumn; sort: TitleTableProps["sort"] }) {
  const { name, label, help, unit, unsorted } = column;
  const order = sort?.ascending ? "ascending" : "descending";
  return (
    <th scope="col" class={`cw-col-${name}`} title={help} aria-sort={sort?.by === name ? order : undefined}>
      {sort && !unsorted ? (
        <button type="button" class="cw-sort" onClick={() => sort.set(name)}>
          {label}
        </button>
      ) : (
        <span class="cw-sort">{label}</span>
      )}
      {unit && <span class="cw-cut cw-unit">{unit}</span>}
    </th>
  );
}

/** A bar from one share of its track to another, and how far its end is uncertain; `signed` marks the middle. */
export function Bar(props: {
  from?: number;
  to: number;
  signed?: boolean;
  tone?: "above" | "below";
  whisker?: [from: number, to: number] | false;
}) {
  const { from = 0, to, signed, tone, whisker } = props;
  const stretch = (low: number, high: number) => ({ left: percent(low), width: percent(high - low) });
  return (
    <span class="cw-bar" data-signed={signed || undefined} aria-hidden="true">
      <span class={tone && `cw-${tone}`} style={stretch(from, to)} />
      {whisker && <span class="cw-whisker" style={stretch(...whisker)} />}
    </span>
  );
}

const percent = (share: number): string => `${100 * (share || 0)}%`;
