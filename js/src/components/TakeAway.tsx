// What a view gives away: its table to the clipboard or a file, its picture as PNG or SVG, and the Python behind it.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { ViewContext } from "../context";
import { askForCode } from "../lib/code";
import { type Cell, toCsv } from "../lib/delimited";
import { canvasMeasure, type Look, type Picture, pngOf, readLook, svgOf } from "../lib/pictures/picture";
import { Button } from "./Button";
import { type CopyState, download } from "./copying";

export interface TakeAwayProps {
  context: ViewContext;
  state: CopyState;
  /** Name of the files, without their ending. */
  name: string;
  /** Header and rows, unrounded: what Copy takes. */
  shown: () => Cell[][];
  /** What the file holds. */
  all: () => Cell[][];
  /** What is seen, drawn in the given look; null where there is nothing to see. */
  picture: (look: Look) => Picture | null;
}

/** A screen shows one dot a pixel, a page wants two. */
const SHARPEST = 2;

export function TakeAway({ context, state, name, shown, all, picture }: TakeAwayProps) {
  const has = useControls(context);
  const untrained = context.store.status.value === "untrained";
  const reason = untrained ? "Train first: there is nothing to draw yet" : null;
  const drawn = () => picture(readLook(context.el));
  const save = async (kind: "png" | "svg") => {
    try {
      const made = drawn();
      const ratio = Math.max(SHARPEST, globalThis.devicePixelRatio || 1);
      const file = made && (kind === "svg" ? svgOf(made, canvasMeasure()) : await pngOf(made, ratio));
      if (file) download(file, `${name}.${kind}`, "image/svg+xml;charset=utf-8");
      else state.say("There is nothing to draw now.");
    } catch (error) {
      state.say(`The picture could not be drawn: ${error instanceof Error ? error.message : error}`);
    }
  };
  return (
    <Given context={context} state={state}>
      {has("copy") && (
        <Button
          label="Copy"
          icon="copy"
          title="Copy as tab-separated text"
          onClick={() => state.copy(shown(), context.el)}
        />
      )}
      {has("csv") && (
        <Button
          label="CSV"
          icon="save"
          title="Download as CSV"
          onClick={() => download(toCsv(all()), `${name}.csv`, "text/csv;charset=utf-8")}
        />
      )}
      {(["png", "svg"] as const).filter(has).map((kind) => (
        <Button
          key={kind}
          label={kind.toUpperCase()}
          icon="save"
          title={`Download the picture as ${kind.toUpperCase()}`}
          reason={reason}
          onClick={() => void save(kind)}
        />
      ))}
    </Given>
  );
}

/** The Python alone, for a view that is made of others. */
export function CopyCode({ context, state }: { context: ViewContext; state: CopyState }) {
  return <Given context={context} state={state} />;
}

function Given(props: { context: ViewContext; state: CopyState; children?: ComponentChildren }) {
  const { context, state } = props;
  const has = useControls(context);
  const waiting = useRef(false);
  const gone = context.store.connection.value === "disconnected";
  const code = async () => {
    if (waiting.current) return;
    waiting.current = true;
    try {
      const text = await askForCode(context);
      state.copyText(text, "Copied the Python behind this.", context.el);
    } catch (error) {
      state.say(error instanceof Error ? error.message : String(error));
    } finally {
      waiting.current = false;
    }
  };
  return (
    <div class="cw-copy">
      {props.children}
      {has("code") && (
        <Button
          label="Copy code"
          icon="copy"
          title="Copy the Python that makes this"
          reason={gone ? "Not connected to the kernel, which alone knows how this was made" : null}
          onClick={() => void code()}
        />
      )}
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

function useControls(context: ViewContext): (name: string) => boolean {
  const listed = context.trait<string[] | null>("controls").value;
  return (name) => !listed || listed.includes(name);
}
