// The clipboard, where a frame refuses it a text to copy by hand, and files to download.
import { useEffect, useRef, useState } from "preact/hooks";
import { useView } from "../context";
import { type Cell, toTsv } from "../lib/delimited";

/** Write to the clipboard, by the old command where the new interface is refused; false if both are. */
async function writeClipboard(text: string, root: Document | ShadowRoot): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "cw-unseen";
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

export function download(content: string | Blob, name: string, type = ""): void {
  const url = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the blob after the click returns.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export type CopyState = ReturnType<typeof useCopy>;

const SAID_MS = 4000;

export function useCopy() {
  const { el } = useView();
  const [said, setSaid] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const say = (sentence: string | null) => {
    clearTimeout(timer.current);
    setSaid(sentence);
    timer.current = setTimeout(() => setSaid(null), SAID_MS);
  };
  const copyText = async (text: string, done: string) => {
    const root = el.getRootNode();
    const copied = await writeClipboard(text, root instanceof ShadowRoot ? root : document);
    setRefused(copied ? null : text);
    say(copied ? done : null);
  };
  return {
    /** What was done, or could not be: "Copied 10 rows."; or null. */
    said,
    say,
    /** Text to be copied by hand, where the clipboard was refused. */
    refused,
    copyText,
    copy: (rows: Cell[][]) =>
      copyText(toTsv(rows), `Copied ${rows.length - 1} ${rows.length === 2 ? "row" : "rows"}.`),
    dismiss: () => setRefused(null),
  };
}
