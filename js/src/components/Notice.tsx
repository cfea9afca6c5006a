// One sentence about a state, with what can be done about it; errors with their details folded in.
import type { ComponentChildren } from "preact";
import { formatCount } from "../lib/format";
import type { Tone } from "../lib/wording";
import { Button } from "./Button";
import { useCopy } from "./copying";
import { setTo } from "./fields";

export interface NoticeAction {
  label: string;
  run: () => void;
  reason?: string | null;
}

export interface NoticeProps {
  tone: Tone;
  children: ComponentChildren;
  action?: NoticeAction | null;
  /** Where this view is part of a larger one, that one says it. */
  shared?: boolean;
  role?: "alert";
  /** What stands behind the sentence and its button. */
  more?: ComponentChildren;
}

export function Notice({ tone, children, action, shared, role, more }: NoticeProps) {
  return (
    <div class={`cw-flow cw-notice${shared ? " cw-shared-notice" : ""}`} data-tone={tone} role={role}>
      <p>{children}</p>
      {action && <Button label={action.label} reason={action.reason} onClick={action.run} />}
      {more}
    </div>
  );
}

export interface ErrorNoticeProps {
  text: string;
  detail?: string;
  action?: NoticeAction | null;
  onDismiss?: () => void;
  /** Another view of the page says it aloud. */
  quiet?: boolean;
  shared?: boolean;
}

export function ErrorNotice({ text, detail, action, onDismiss, quiet, shared }: ErrorNoticeProps) {
  const { said, copyText } = useCopy();
  const copy = () => copyText([text, detail].filter(Boolean).join("\n\n"), "Copied");
  const more = (
    <>
      <span class="cw-inline">
        <Button kind="quiet" icon="copy" label="Copy the error" text={said ?? "Copy"} onClick={copy} />
        {onDismiss && <Button kind="quiet" label="Dismiss" onClick={onDismiss} />}
      </span>
      {detail && (
        <details>
          <summary>Details</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <pre tabIndex={0}>{detail}</pre>
        </details>
      )}
    </>
  );
  return (
    <Notice tone="bad" action={action} shared={shared} role={quiet ? undefined : "alert"} more={more}>
      {text}
    </Notice>
  );
}

/** Nothing to show: what hid it, and a one-click way back. */
export function EmptyResult(props: { children: ComponentChildren; action?: NoticeAction | null }) {
  return (
    <div class="cw-flow cw-soft">
      <p>{props.children}</p>
      {props.action && <Button label={props.action.label} onClick={props.action.run} />}
    </div>
  );
}

/** The filter hides all, and the number to set it to that shows some. */
export function HiddenByFilter(props: {
  minCount: { value: number };
  limit: number;
  many?: string;
  /** Which of them. */
  that?: string;
  /** Said instead. */
  children?: ComponentChildren;
}) {
  const { minCount, limit, many = "titles", that = "" } = props;
  return (
    <EmptyResult action={{ label: `Set to ${formatCount(limit)}`, run: setTo(minCount, limit) }}>
      {props.children ?? `0 ${many}: min ratings ${formatCount(minCount.value)} hides all${that}.`}
    </EmptyResult>
  );
}
