// One sentence about a state, with what can be done about it; errors with their details folded in.
import type { ComponentChildren } from "preact";
import type { Tone } from "../lib/wording";
import { Button } from "./Button";

export interface NoticeAction {
  label: string;
  run: () => void;
  reason?: string | null;
}

export function Notice(props: { tone: Tone; children: ComponentChildren; action?: NoticeAction | null }) {
  const { tone, children, action } = props;
  return (
    <div class="cw-notice" data-tone={tone}>
      <p>{children}</p>
      {action && <Button label={action.label} reason={action.reason} onClick={action.run} />}
    </div>
  );
}

export function ErrorNotice(props: { text: string; detail?: string; action?: NoticeAction | null }) {
  const { text, detail, action } = props;
  return (
    <div class="cw-notice" data-tone="bad" role="alert">
      <p>{text}</p>
      {action && <Button label={action.label} reason={action.reason} onClick={action.run} />}
      {detail && (
        <details>
          <summary>Details</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <pre tabIndex={0}>{detail}</pre>
        </details>
      )}
    </div>
  );
}

/** Nothing to show: what hid it, and a one-click way back. */
export function EmptyResult(props: { children: ComponentChildren; action?: NoticeAction | null }) {
  return (
    <div class="cw-empty">
      <p>{props.children}</p>
      {props.action && <Button label={props.action.label} onClick={props.action.run} />}
    </div>
  );
}
