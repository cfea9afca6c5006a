// What a neighbour search looks around: the explored title, the others averaged with it, and the way back.
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button, type ButtonProps } from "../../components/Button";
import { setTo, setting } from "../../components/fields";
import { Icon } from "../../components/icons";
import { TitleCombobox } from "../../components/TitleCombobox";
import { useView } from "../../context";
import { formatNumber, plural } from "../../lib/format";
import type { Neighbor } from "../../lib/metrics";
import { FEW_RATINGS } from "../../lib/ranking";
import type { TitleSearch } from "../../lib/search";
import { knownFrom } from "../../lib/wording";

export interface AnchorProps {
  anchor: Signal<number | null>;
  items: Signal<number[]>;
  /** The explored title and the others, each once. */
  anchors: readonly number[];
  search: TitleSearch;
  choose: (row: number | null) => void;
  /** The titles listed. */
  found: readonly Neighbor[];
  /** How the search for its neighbours stands. */
  children: ComponentChildren;
}

/** What is looked around, what else is averaged with it, and the way back to what was before. */
export function Anchor(props: AnchorProps) {
  const { anchor, items, anchors, search, choose, found, children } = props;
  const { shared, store, shows: has } = useView();
  const { pinned, primary, hovered, minCount, selection } = shared;
  const side = store.items.value;
  const { names, counts, means } = side;
  const row = anchor.value;
  const [adding, setAdding] = useState(false);
  const addButton = useRef<HTMLButtonElement>(null);
  const added = useSignal("");
  /** The titles looked around so far, this one last. */
  const [trail, setTrail] = useState<readonly number[]>([]);
  useEffect(() => {
    if (row === null || row === trail.at(-1)) return;
    setTrail(row === trail.at(-2) ? trail.slice(0, -1) : [...trail.slice(-20), row]);
  }, [row]);
  const previous = trail.at(row === null ? -1 : -2);
  const stopAdding = () => {
    setAdding(false);
    added.value = "";
    addButton.current?.focus();
  };
  const remove = (gone: number) => {
    const left = anchors.filter((other) => other !== gone);
    items.value = left.slice(1);
    anchor.value = left[0] ?? null;
  };
  const hasMap = store.views.value.some(({ kind }) => kind === "PCAScatter");
  return (
    <div class="cw-flow cw-anchor">
      {anchors.length === 1 ? (
        <span class="cw-clamp cw-anchor-title" title={names.at(anchors[0])}>
          {names.at(anchors[0])}
        </span>
      ) : (
        <ul class="cw-flow cw-tight" aria-label="Titles averaged">
          {anchors.map((each) => (
            <li key={each}>
              {names.at(each)}
              <button
                type="button"
                class="cw-remove"
                aria-label={`Remove ${names.at(each)}`}
                title={`Remove ${names.at(each)}`}
                onClick={() => remove(each)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {anchors.length === 1 && (
        <span class="cw-soft">
          {knownFrom(store, anchors[0]) ?? (
            <>
              {plural(counts[anchors[0]], "rating")}
              {counts[anchors[0]] < FEW_RATINGS && <span class="cw-few">few</span>} · mean{" "}
              {formatNumber(means[anchors[0]], 2)}
            </>
          )}
        </span>
      )}
      <span class="cw-flow cw-tight cw-anchor-actions">
        {row !== null && has("pin") && (
          <Quiet
            label={pinned.value === row ? "Pinned" : "Pin"}
            title="Compare: every list then says how near its titles are to this one, too"
            pressed={pinned.value === row}
            onClick={setTo(pinned, pinned.value === row ? null : row)}
          />
        )}
        {pinned.value !== null && pinned.value !== row && has("pin") && (
          <Quiet label={`Unpin ${names.at(pinned.value)}`} onClick={setTo(pinned, null)} />
        )}
        {hasMap && row !== null && has("open_in_map") && (
          <Quiet
            label="Open in map"
            title="Show this title on the map"
            onClick={() => {
              primary.value = row;
              store.lookAt.value = { item: row, n: (store.lookAt.peek()?.n ?? 0) + 1 };
            }}
          />
        )}
        {has("add_title") && (
          <Quiet
            label="Add title"
            text="+ add title"
            title="Look around the mean of several titles"
            expanded={adding}
            buttonRef={addButton}
            onClick={() => setAdding(!adding)}
          />
        )}
        {found.length > 0 && has("select_all") && (
          <Quiet
            label="Select all"
            title="Select the titles listed in every linked widget"
            onClick={setTo(
              selection,
              found.map(({ item }) => item),
            )}
          />
        )}
        {previous !== undefined && (
          <Quiet label={`Back to ${names.at(previous)}`} onClick={() => choose(previous)} />
        )}
      </span>
      {adding && (
        <div
          class="cw-adding"
          onKeyDown={(event) => {
            if (event.key !== "Escape" || event.defaultPrevented) return;
            event.preventDefault();
            event.stopPropagation();
            stopAdding();
          }}
        >
          <TitleCombobox
            search={search}
            label="Title to add"
            minCount={minCount.value}
            chosen={null}
            autoFocus
            onChoose={(chosen) => {
              if (!anchors.includes(chosen)) items.value = [...anchors.slice(1), chosen];
              if (anchor.value === null) anchor.value = anchors[0];
              stopAdding();
            }}
            onPreview={setting(hovered)}
            query={added}
          />
        </div>
      )}
      <span class="cw-soft" aria-live="polite">
        {children}
      </span>
    </div>
  );
}

const Quiet = (props: ButtonProps) => <Button {...props} kind="quiet" />;
