// One sentence about a state, with what can be done about it; errors with their details folded in.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { formatCount } from "../lib/format";
import type { Tone } from "../lib/wording";
import { Button } from "./Button";
import { writeClipboard } from "./copying";
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
}

export function Notice({ tone, children, action, shared }: NoticeProps) {
  return (
    <div class={`cw-flow cw-notice${shared ? " cw-shared-notice" : ""}`} data-tone={tone}>
      <p>{children}</p>
      {action && <Button label={action.label} reason={action.reason} onClick={action.run} />}
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
  const box = useRef<HTMLDivElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const root = box.current?.getRootNode();
    const home = root instanceof ShadowRoot ? root : document;
    setCopied(await writeClipboard([text, detail].filter(Boolean).join("\n\n"), home));
  };
  return (
    <div
      ref={box}
      class={`cw-flow cw-notice${shared ? " cw-shared-notice" : ""}`}
      data-tone="bad"
      role={quiet ? undefined : "alert"}
    >
      <p>{text}</p>
      {action && <Button label={action.label} reason={action.reason} onClick={action.run} />}
      <span class="cw-row">
        <Button
          kind="quiet"
          icon="copy"
          label="Copy the error"
          text={copied ? "Copied" : "Copy"}
          onClick={() => void copy()}
        />
        {onDismiss && <Button kind="quiet" label="Dismiss" onClick={onDismiss} />}
      </span>
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
