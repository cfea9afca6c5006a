// The frame of every widget: a named region with title, state, the view, and what went wrong.
import type { ComponentChildren } from "preact";
import { useView } from "../context";
import { badge, membersNote, RANDOM, sentence, situation } from "../lib/wording";
import { type CopyState, useCopy } from "./copying";
import { Disclosure } from "./Disclosure";
import { Copied, type Exported, Exports } from "./Exports";
import { setTo } from "./fields";
import { LoadingBar } from "./LoadingBar";
import { ErrorNotice, Notice } from "./Notice";

interface Props {
  /** Its accessible name; and the words in its head, unless `heading` is given. */
  title: string;
  heading?: string;
  /** Facts in the head, before the badge ("931 of 1,664 titles"). */
  facts?: ComponentChildren;
  /** Controls that are always in sight, under the head. */
  controls?: ComponentChildren;
  /** Controls behind Settings and behind Export; in sight too where the widget's `controls` names them. */
  settings?: ComponentChildren;
  exports?: Exported;
  /** The view's own clipboard, where its rows are copied by a key. */
  copy?: CopyState;
  /** What this view itself has to say to a screen reader; politely. */
  announce?: string;
  /** The training panel words its states itself. */
  ownStates?: boolean;
  /** A training panel within this view says that it is untrained. */
  saidWithin?: boolean;
  /** An answer is awaited: what is shown is the old one. */
  busy?: boolean;
  children?: ComponentChildren;
}

export function Frame(props: Props) {
  const { title, heading, facts, settings, ownStates, saidWithin } = props;
  const ownCopy = useCopy();
  const copy = props.copy ?? ownCopy;
  const exports = props.exports && <Exports copy={copy} {...props.exports} />;
  const { store, trait, speaks, speech } = useView();
  const message = trait<string>("message");
  const detail = trait<string>("_details").value;
  const height = trait<number | null>("height").value;
  const members = membersNote(store.data.value.n_members, Boolean(ownStates));
  const state = situation(store);
  const { tone, text } = badge(state);
  const said = ownStates ? null : sentence(state, title);
  // Training's own troubles are told where training is; here only what changes how this view is to be read.
  const untrained = !ownStates && store.untrained.value;
  const tell = state.connection !== "connected" ? said : untrained && !saidWithin ? RANDOM : null;
  const listed = trait<readonly string[] | null>("controls").value !== null;
  return (
    <section
      class="cw-stack cw-frame"
      aria-label={title}
      data-status={untrained ? "untrained" : state.status}
      style={height ? { height: `${height}px` } : undefined}
    >
      <header class="cw-flow cw-head">
        <span class="cw-title">{heading ?? title}</span>
        <span class="cw-soft cw-facts">
          {facts}
          {members && (
            <span title="Predictions and validation loss are the members’ average, findings the first one’s">
              {facts && " · "}
              {members}
            </span>
          )}
        </span>
        <span class="cw-inline cw-toned cw-badge" data-tone={tone}>
          <span class="cw-dot" aria-hidden="true" />
          {text}
        </span>
        {!listed && settings && (
          <Disclosure label="Settings" trait="show_settings">
            {settings}
          </Disclosure>
        )}
        {!listed && exports && (
          <Disclosure label="Export" trait="show_export">
            {exports}
          </Disclosure>
        )}
        {exports && <Copied copy={copy} />}
      </header>
      <LoadingBar busy={Boolean(props.busy)} />
      {tell && (
        <Notice tone={tell.tone} shared>
          {tell.text}
        </Notice>
      )}
      <div class="cw-flow cw-controls">
        {props.controls}
        {listed && settings}
        {listed && exports}
      </div>
      {props.children}
      {message.value && <ErrorNotice text={message.value} detail={detail} onDismiss={setTo(message, "")} />}
      {store.failure.value && (
        <ErrorNotice
          shared
          text={store.failure.value}
          detail={store.failureDetail.value}
          quiet={!speaks.value}
          onDismiss={setTo(store.failure, "")}
        />
      )}
      {/* Two status lines, so that neither is read again for the other: the view's own, and the training's. */}
      <div role="status" aria-live="polite" class="cw-unseen">
        {props.announce}
      </div>
      <div role="status" aria-live="polite" class="cw-unseen">
        {speech.value}
      </div>
    </section>
  );
}
