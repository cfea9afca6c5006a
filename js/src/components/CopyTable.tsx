// Copy as TSV and download as CSV; where a frame refuses the clipboard, a selected text to copy by hand.
import { useRef, useState } from "preact/hooks";
import { type Cell, toCsv, toTsv } from "../lib/delimited";
import { Button } from "./Button";

/** Write to the clipboard, by the old command where the new interface is refused; false if both are. */
export async function writeClipboard(text: string, root: Document | ShadowRoot): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "cw-offscreen";
    const home = root instanceof Document ? root.body : root;
    const focused = root.activeElement as HTMLElement | null;
    home.append(area);
    area.select();
    const copied = document.execCommand?.("copy") ?? false;
    area.remove();
    focused?.focus?.();
    return copied;
  }
}

export function download(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the blob after the click returns.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export interface CopyState {
  /** "Copied 10 rows.", or null. */
  said: string | null;
  /** Text to be copied by hand, where the clipboard was refused. */
  refused: string | null;
  copy: (rows: Cell[][], root: Node) => void;
  dismiss: () => void;
}

export function useCopy(): CopyState {
  const [said, setSaid] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return {
    said,
    refused,
    copy(rows, root) {
      const text = toTsv(rows);
      const home = root.getRootNode();
      void writeClipboard(text, home instanceof ShadowRoot ? home : document).then((copied) => {
        clearTimeout(timer.current);
        setRefused(copied ? null : text);
        setSaid(copied ? `Copied ${rows.length - 1} ${rows.length === 2 ? "row" : "rows"}.` : null);
        timer.current = setTimeout(() => setSaid(null), 3000);
      });
    },
    dismiss: () => setRefused(null),
  };
}

export interface CopyTableProps {
  state: CopyState;
  /** Header and rows, unrounded: what Copy takes. */
  shown: () => Cell[][];
  /** What the file holds. */
  all: () => Cell[][];
  fileName: string;
}

export function CopyTable({ state, shown, all, fileName }: CopyTableProps) {
  const box = useRef<HTMLDivElement>(null);
  return (
    <div class="cw-copy" ref={box}>
      <Button
        label="Copy"
        icon="copy"
        title="Copy as tab-separated text"
        onClick={() => box.current && state.copy(shown(), box.current)}
      />
      <Button
        label="CSV"
        icon="save"
        title="Download as CSV"
        onClick={() => download(toCsv(all()), fileName, "text/csv;charset=utf-8")}
      />
      <span class="cw-copy-said" aria-live="polite">
        {state.said}
      </span>
      {state.refused !== null && (
        <div class="cw-copy-refused">
          <label>
            The clipboard is not available here; copy this text (Ctrl+C):
            <textarea
              readOnly
              rows={4}
              value={state.refused}
              ref={(area) => {
                area?.focus();
                area?.select();
              }}
            />
          </label>
          <Button label="Close" onClick={state.dismiss} />
        </div>
      )}
    </div>
  );
}
