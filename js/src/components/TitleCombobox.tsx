// An editable combobox over titles: W3C APG "editable combobox with list autocomplete", manual selection.
// Focus stays in the input; nothing is chosen until Enter or a click says so.

import type { Signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clamp } from "../lib/clamp";
import { formatCount, plural } from "../lib/format";
import { boldRanges } from "../lib/matching";
import type { TitleSearch } from "../lib/search";
import { unrated } from "../lib/wording";
import { Link } from "./Button";
import { Icon } from "./icons";
import { useNearestSpelling } from "./nearestSpelling";
import { useQuiet } from "./quiet";
import { useId } from "./useId";

const LISTED = 50;
const VISIBLE = 8;

export interface TitleComboboxProps {
  search: TitleSearch;
  /** Its accessible name. */
  label?: string;
  /** Titles with fewer ratings are hidden until "show". */
  minCount: number;
  chosen: number | null;
  onChoose: (row: number) => void;
  /** The title under the pointer or the cursor while the list is open. */
  onPreview?: (row: number | null) => void;
  /** What is typed but not chosen, for Python. */
  query: Signal<string>;
  /** Take the focus when it appears. */
  autoFocus?: boolean;
  /** Why nothing can be chosen now, or null. */
  disabled?: string | null;
}

/** A title with the typed part in bold. */
export function MatchedTitle({ title, query }: { title: string; query: string }) {
  const pieces = [];
  let at = 0;
  for (const [from, to] of boldRanges(title, query)) {
    if (from > at) pieces.push(title.slice(at, from));
    pieces.push(<b key={from}>{title.slice(from, to)}</b>);
    at = to;
  }
  pieces.push(title.slice(at));
  return <span class="cw-cut cw-combobox-title">{pieces}</span>;
}

export function TitleCombobox(props: TitleComboboxProps) {
  const { search, label = "Title", minCount, chosen, onChoose, onPreview, query, disabled } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const text = useQuiet(query);
  // Not drafting: nothing typed since the last choice, the input shows the chosen title.
  const [drafting, setDrafting] = useState(Boolean(query.value));
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [showFew, setShowFew] = useState(false);

  const typed = text.value;
  const indexed = search.ready;
  const found = useMemo(
    () => search.find(typed, { minCount: showFew ? 0 : minCount, limit: LISTED }),
    [search, typed, showFew, minCount, indexed],
  );
  const missed = typed.trim() !== "" && found.total + found.hidden === 0 && indexed;
  const spelled = useNearestSpelling(search, typed, missed);
  const untrained = spelled !== null && spelled >= 0 && !search.isKnown(spelled);
  const nearest = spelled !== null && spelled >= 0 && !untrained ? spelled : null;
  const expanded = open && found.rows.length > 0 && !disabled;
  const popped = open && !disabled;
  const status = untrained
    ? untrainedText(search.titles.at(spelled))
    : indexed
      ? statusText(typed, found.total, found.hidden, minCount, spelled)
      : `${plural(found.total, "title")} so far, reading the others …`;
  const activeRow = expanded ? found.rows[active] : undefined;

  const settle = () => {
    text.value = "";
    setDrafting(false);
  };
  const lastChosen = useRef(chosen);
  useEffect(() => {
    // Not at the beginning: what was typed before a reload is still to be chosen from.
    if (lastChosen.current !== chosen) settle();
    lastChosen.current = chosen;
  }, [chosen]);
  useEffect(() => {
    if (props.autoFocus) input.current?.focus();
  }, []);
  useEffect(() => {
    if (query.value) setDrafting(true);
  }, [query.value]);
  useEffect(() => {
    if (!expanded) return;
    onPreview?.(activeRow ?? null);
    return () => onPreview?.(null);
  }, [expanded, activeRow]);
  useEffect(() => {
    // Scroll the list only: scrollIntoView would move the notebook too.
    const box = list.current;
    const option = box?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (!box || !option) return;
    const below = option.offsetTop + option.offsetHeight - box.clientHeight;
    if (option.offsetTop < box.scrollTop) box.scrollTop = option.offsetTop;
    else if (below > box.scrollTop) box.scrollTop = below;
  }, [active, expanded]);

  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const type = (letters: string) => {
    text.value = letters;
    setDrafting(true);
    setActive(-1);
    setShowFew(false);
  };
  const choose = (row: number) => {
    settle();
    close();
    onChoose(row);
  };
  const clear = () => {
    type("");
    close();
    input.current?.focus();
  };
  const move = (steps: number) => {
    const last = found.rows.length - 1;
    if (last < 0) return;
    setOpen(true);
    if (!expanded || active < 0) setActive(steps > 0 ? 0 : last);
    else if (Math.abs(steps) === 1) setActive((active + steps + last + 1) % (last + 1));
    else setActive(clamp(active + steps, 0, last));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // An input method uses these keys to compose; 229 is what older engines say then.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      if (event.key === "ArrowDown") setOpen(true);
      else if (event.key === "ArrowUp") close();
      else return;
      event.preventDefault();
      return;
    }
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        move(event.key === "ArrowDown" ? 1 : -1);
        break;
      case "PageDown":
      case "PageUp":
        if (!expanded) return;
        move(event.key === "PageDown" ? VISIBLE : -VISIBLE);
        break;
      case "Enter":
        if (activeRow !== undefined) choose(activeRow);
        else if (expanded && found.rows.length === 1) choose(found.rows[0]);
        else if (!expanded) return;
        break;
      case "Escape":
        if (popped) close();
        else if (input.current?.value) clear();
        else return;
        // Only an Escape that did nothing here belongs to the host.
        event.stopPropagation();
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const shownText = drafting ? typed : chosen === null ? "" : search.titles.at(chosen);
  const option = (index: number) => `${id}-option-${index}`;
  return (
    <div
      class="cw-stack cw-tight cw-combobox"
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) close();
      }}
    >
      <label class="cw-label" for={`${id}-input`}>
        {label}
      </label>
      <div class="cw-combobox-box">
        <input
          ref={input}
          id={`${id}-input`}
          class="cw-input"
          type="text"
          role="combobox"
          aria-expanded={expanded}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={activeRow === undefined ? undefined : option(active)}
          aria-describedby={`${id}-status`}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="Type a title, or ↓ for the most rated"
          disabled={Boolean(disabled)}
          title={disabled ?? undefined}
          value={shownText}
          onInput={(event) => {
            type(event.currentTarget.value);
            setOpen(true);
          }}
          onKeyDown={onKeyDown}
          onFocus={(event) => event.currentTarget.select()}
          onClick={() => setOpen(true)}
        />
        {shownText !== "" && !disabled && (
          <button
            type="button"
            class="cw-remove cw-combobox-clear"
            // Escape does it from the keyboard; Tab goes on to what comes after the field.
            tabIndex={-1}
            aria-label={`Clear ${label.toLowerCase()}`}
            title={`Clear ${label.toLowerCase()} (Escape)`}
            onClick={clear}
          >
            <Icon name="close" />
          </button>
        )}
        {/* The pointer must not take the focus out of the input. */}
        <div
          class="cw-popup cw-combobox-popup"
          hidden={!popped}
          onMouseDown={(event) => event.preventDefault()}
        >
          {expanded && typed.trim() === "" && <p class="cw-small cw-combobox-words">Most rated</p>}
          <ul
            ref={list}
            id={`${id}-list`}
            role="listbox"
            aria-label="Titles"
            // A box that scrolls would be a tab stop of its own.
            tabIndex={-1}
            class="cw-combobox-list"
            hidden={!expanded}
            onMouseLeave={() => onPreview?.(activeRow ?? null)}
          >
            {expanded &&
              found.rows.map((row, index) => (
                <li
                  key={row}
                  id={option(index)}
                  role="option"
                  aria-selected={index === active}
                  class="cw-combobox-option"
                  onMouseEnter={() => onPreview?.(row)}
                  onClick={() => choose(row)}
                >
                  <MatchedTitle title={search.titles.at(row)} query={typed} />
                  <span class="cw-soft">
                    {" "}
                    · {unrated(search.side, row) ?? formatCount(search.side.counts[row])}
                  </span>
                </li>
              ))}
          </ul>
          {expanded && found.total > found.rows.length && (
            <p class="cw-small cw-combobox-words">
              … {formatCount(found.total - found.rows.length)} more, keep typing
            </p>
          )}
          <p class="cw-flow cw-small cw-combobox-words cw-combobox-status">
            <span aria-hidden="true">{status}</span>
            {nearest !== null && <Link onClick={() => choose(nearest)}>{search.titles.at(nearest)}</Link>}
            {found.hidden > 0 && (
              <Link
                onClick={() => {
                  setShowFew(true);
                  input.current?.focus();
                  setOpen(true);
                }}
              >
                show
              </Link>
            )}
          </p>
        </div>
      </div>
      <span id={`${id}-status`} class="cw-unseen" role="status">
        {popped ? `${status}${nearest === null ? "" : search.titles.at(nearest)}` : ""}
      </span>
      {disabled && <p class="cw-small">{disabled}</p>}
    </div>
  );
}

/** Why a title can be compared with nothing. */
export const untrainedText = (title: string) =>
  `${title} has no training rating, so there is nothing to compare.`;

function statusText(
  typed: string,
  total: number,
  hidden: number,
  minCount: number,
  /** The row spelt nearest, -1 for none, null while that is not known. */
  spelled: number | null,
): string {
  const text = typed.trim();
  const few = hidden > 0 ? `${formatCount(hidden)} hidden by ≥ ${formatCount(minCount)} ratings` : "";
  if (total > 0) return `${plural(total, "title")}${few && `; ${few}`}`;
  if (few) return `No title shown contains ‘${text}’; ${few}`;
  const advice =
    spelled === null ? "" : spelled < 0 ? " Check the spelling, or type less of it." : " Nearest spelling: ";
  return `No title contains ‘${text}’.${advice}`;
}
