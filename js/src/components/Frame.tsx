// The frame of every widget: a named region with title, state, the view, and what went wrong.
import { useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { ViewContext } from "../context";
import { badge, epochAnnouncement, type Situation, sentence } from "../lib/wording";
import type { LearnerStore } from "../store";
import { ErrorNotice, Notice } from "./Notice";

export interface FrameProps {
  context: ViewContext;
  /** Its accessible name; and the words in its head, unless `heading` is given. */
  title: string;
  heading?: string;
  /** Facts in the head, before the badge ("931 of 1,664 titles"). */
  facts?: ComponentChildren;
  /** What this view itself has to say to a screen reader; politely. */
  announce?: string;
  /** The training panel words its states itself. */
  ownStates?: boolean;
  children?: ComponentChildren;
}

export function situation(store: LearnerStore): Situation {
  return {
    status: store.status.value,
    connection: store.connection.value,
    epoch: store.epoch.value,
    epochs: store.recipe.value.epochs ?? 0,
    progress: store.progress.value,
    message: store.message.value,
    suggestedLr: store.suggestedLr.value,
    bestEpoch: store.bestEpoch.value,
    elapsed: store.elapsedSeconds.value,
    keepBest: store.recipe.value.keep_best ?? false,
    lastEpoch: store.history.value.at(-1)?.epoch ?? 0,
  };
}

export function StatusBadge({ store }: { store: LearnerStore }) {
  const { tone, text } = badge(situation(store));
  return (
    <span class="cw-badge" data-tone={tone}>
      <span class="cw-dot" aria-hidden="true" />
      {text}
    </span>
  );
}

export function Frame({ context, title, heading, facts, announce, ownStates, children }: FrameProps) {
  const { store } = context;
  const message = context.trait<string>("message").value;
  const height = context.trait<number | null>("height").value;
  const state = situation(store);
  const said = ownStates ? null : sentence(state);
  // Training's own troubles are told where training is; here only what changes how this view is to be read.
  const tell = said && (state.connection !== "connected" || state.status === "untrained") ? said : null;
  return (
    <section class="cw-frame" aria-label={title} style={height ? { height: `${height}px` } : undefined}>
      <header class="cw-head">
        <span class="cw-title">{heading ?? title}</span>
        <span class="cw-facts">{facts}</span>
        <StatusBadge store={store} />
      </header>
      {tell && (
        <div class="cw-shared-notice">
          <Notice tone={tell.tone}>{tell.text}</Notice>
        </div>
      )}
      {children}
      {message && <ErrorNotice text={message} />}
      <Announcer context={context} own={announce} />
    </section>
  );
}

/** The status line: what the view says, and once an epoch, in one view of the page only, how training goes. */
function Announcer({ context, own }: { context: ViewContext; own?: string }) {
  const { store, model } = context;
  const speaks = useComputed(() => {
    const kinds = store.views.value.map((view) => view.kind);
    const speaker = kinds.includes("TrainingPanel") ? "TrainingPanel" : kinds[0];
    return speaker === model.get("_kind");
  });
  const epochs = speaks.value ? epochAnnouncement(store.history.value, store.recipe.value.epochs ?? 0) : "";
  return (
    <div role="status" aria-live="polite" class="cw-unseen">
      {[own, epochs].filter(Boolean).join(" ")}
    </div>
  );
}
