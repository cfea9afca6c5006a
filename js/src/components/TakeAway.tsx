// What a view gives away: its table to the clipboard or a file, its picture as a file, and the Python behind it.
import type { ComponentChildren } from "preact";
import type { ViewContext } from "../context";
import { type Cell, toCsv } from "../lib/delimited";
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
  /** Why there is no row to take, as "No epoch has ended yet". */
  empty?: string | null;
  /** What is drawn, by the kinds of file to offer; null where nothing is. */
  picture?: { png?: () => Promise<Blob | null>; svg?: () => Promise<string | null> };
}

export function TakeAway({ context, state, name, shown, all, empty, picture = {} }: TakeAwayProps) {
  const has = context.shows;
  const untrained = context.store.untrained.value;
  const undrawn = empty ?? (untrained ? "Train first: there is nothing to draw yet" : null);
  const save = async (kind: "png" | "svg") => {
    try {
      const file = await picture[kind]?.();
      if (file) download(file, `${name}.${kind}`, "image/svg+xml;charset=utf-8");
      else state.say("There is nothing to draw now.");
    } catch (error) {
      state.say(`The picture could not be drawn: ${(error as Error).message}`);
    }
  };
  return (
    <CopyCode context={context} state={state}>
      {has("copy") && (
        <Button
          label="Copy"
          icon="copy"
          title="Copy as tab-separated text"
          reason={empty}
          onClick={() => state.copy(shown(), context.el)}
        />
      )}
      {has("csv") && (
        <Button
          label="CSV"
          icon="save"
          title="Download as CSV"
          reason={empty}
          onClick={() => download(toCsv(all()), `${name}.csv`, "text/csv;charset=utf-8")}
        />
      )}
      {(["png", "svg"] as const)
        .filter((kind) => picture[kind])
        .map((kind) => (
          <Button
            key={kind}
            label={kind.toUpperCase()}
            icon="save"
            title="Download the picture"
            reason={undrawn}
            onClick={() => void save(kind)}
          />
        ))}
    </CopyCode>
  );
}

interface CopyCodeProps {
  context: ViewContext;
  state: CopyState;
  /** Buttons before it. */
  children?: ComponentChildren;
}

/** The Python alone, for a view that is made of others; and what the clipboard said. */
export function CopyCode({ context, state, children }: CopyCodeProps) {
  const has = context.shows;
  const gone = context.store.connection.value === "disconnected";
  const code = async () => {
    try {
      const text = await context.store.command("code", { view: context.model.get("_name") });
      state.copyText(String(text), "Copied the Python behind this.", context.el);
    } catch (error) {
      state.say((error as Error).message);
    }
  };
  return (
    <div class="cw-copy">
      {children}
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
