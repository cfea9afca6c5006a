// What a view exports: its table to the clipboard or a file, its picture as a file, and the Python behind it.
import { useView } from "../context";
import { type Cell, toCsv } from "../lib/delimited";
import { Button } from "./Button";
import { type CopyState, download } from "./copying";

export interface Exported {
  /** A view that is made of others has no table of its own. */
  table?: ExportedTable;
  /** The picture, by the kinds of file to offer; null where nothing is drawn. */
  png?: () => Promise<Blob | null>;
  svg?: () => string | null;
}

export interface ExportedTable {
  /** Name of the files, without their ending. */
  name: string;
  /** Header and rows, unrounded: what Copy takes. */
  shown: () => Cell[][];
  /** What the file holds. */
  all: () => Cell[][];
  /** Why there is no row to take, as "No epoch has ended yet". */
  empty: string | null;
}

export function Exports(props: Exported & { copy: CopyState }) {
  const { copy, table, png, svg } = props;
  const { shows: has, store, model } = useView();
  const gone = store.connection.value === "disconnected";
  const undrawn =
    table?.empty ?? (store.untrained.value ? "Train first: there is nothing to draw yet" : null);
  const code = async () => {
    try {
      const text = await store.command("code", { view: model.get("_name") });
      copy.copyText(String(text), "Copied the Python behind this.");
    } catch (error) {
      copy.say((error as Error).message);
    }
  };
  const button = (name: string, label: string, title: string, reason: string | null, take: () => void) =>
    has(name) && (
      <Button
        label={label}
        icon={label.startsWith("Copy") ? "copy" : "save"}
        title={title}
        reason={reason}
        onClick={take}
      />
    );
  const picture = (kind: "png" | "svg", draw: () => Promise<Blob | null> | string | null) =>
    button(kind, kind.toUpperCase(), "Download the picture", undrawn, async () => {
      try {
        const file = await draw();
        if (file) download(file, `${table?.name}.${kind}`, "image/svg+xml;charset=utf-8");
        else copy.say("There is nothing to draw now.");
      } catch (error) {
        copy.say(`The picture could not be drawn: ${(error as Error).message}`);
      }
    });
  const unknown = gone ? "Not connected to the kernel, which alone knows how this was made" : null;
  return (
    <>
      {table &&
        button("copy", "Copy", "Copy as tab-separated text", table.empty, () => copy.copy(table.shown()))}
      {table &&
        button("csv", "CSV", "Download as CSV", table.empty, () =>
          download(toCsv(table.all()), `${table.name}.csv`, "text/csv;charset=utf-8"),
        )}
      {png && picture("png", png)}
      {svg && picture("svg", svg)}
      {button("code", "Copy code", "Copy the Python that makes this", unknown, code)}
    </>
  );
}

/** What the clipboard said; where it refused, the text to copy by hand. */
export function Copied({ copy }: { copy: CopyState }) {
  return (
    <>
      <span class="cw-copy-said" aria-live="polite">
        {copy.said}
      </span>
      {copy.refused !== null && (
        <div class="cw-stack cw-copy-refused">
          <label>
            The clipboard is not available here; copy this text (Ctrl+C):
            <textarea
              readOnly
              rows={4}
              value={copy.refused}
              ref={(area) => {
                area?.focus();
                area?.select();
              }}
            />
          </label>
          <Button label="Close" onClick={copy.dismiss} />
        </div>
      )}
    </>
  );
}
