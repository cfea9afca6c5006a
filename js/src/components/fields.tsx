// Labelled inputs: numbers as people type them, choices, switches, sliders.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { clamp } from "../lib/clamp";
import { formatRate, type NumberRule, parseNumber } from "../lib/format";
import { useId } from "./useId";

export interface NumberFieldProps {
  label: string;
  value: number;
  rule: Omit<NumberRule, "name">;
  /** Called with a number that can be used: stepped to by an arrow key, left, or not typed on for a while. */
  onChange: (value: number) => void;
  /** Called when another number has been settled on: by Enter, by leaving the field, by letting go of an arrow key. */
  onCommit?: () => void;
  /** Called with the sentence that says what is wrong, or null. */
  onError?: (reason: string | null) => void;
  /** spinbutton: arrow keys step it by `step`; textbox: free text such as 5e-3. */
  role?: "spinbutton" | "textbox";
  step?: number;
  /** Values to choose from; others can be typed as well. */
  usual?: readonly string[];
  /** Beside the label, while it can be changed. */
  aside?: ComponentChildren;
  /** Why it cannot be changed now, in two words beside the label and in a sentence; given, it is locked. */
  lock?: readonly [words: string, sentence: string] | null;
  help?: string;
  /** Id of the element that shows the error; without it the field shows its own. */
  errorId?: string;
  hideLabel?: boolean;
}

/** Milliseconds of rest after which what was typed is taken. */
const QUIET = 500;

const STEPS: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

/** Bad input stays as it was typed, marked and explained; the last good number stays in use. */
export function NumberField(props: NumberFieldProps) {
  const { label, value, rule, role = "spinbutton", step = 1, usual, lock, help, errorId } = props;
  const id = useId();
  const shown = (number: number) => (rule.integer ? String(number) : formatRate(number));
  const text = useSignal(shown(value));
  const parsed = parseNumber(text.value, { name: label, ...rule });
  const reason = parsed.ok || lock ? null : parsed.reason;
  /** The number before it was last touched here. */
  const before = useRef<number | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const resting = useRef(0);
  // What cannot be used goes with the field.
  useEffect(
    () => () => {
      clearTimeout(resting.current);
      latest.current.onError?.(null);
    },
    [],
  );

  // A number set elsewhere replaces the text; one's own typing ("5e-3") is not reformatted.
  useEffect(() => {
    const now = parseNumber(text.peek(), { name: label, ...rule });
    if (!now.ok || now.value !== value) {
      text.value = shown(value);
      before.current = null;
    }
    props.onError?.(null);
  }, [value]);

  const type = (typed: string) => {
    text.value = typed;
    const next = parseNumber(typed, { name: label, ...rule });
    props.onError?.(next.ok ? null : next.reason);
    clearTimeout(resting.current);
    // A 15 on the way to 150 is nobody's wish.
    resting.current = window.setTimeout(send, QUIET);
  };
  const send = () => {
    clearTimeout(resting.current);
    const { value: known, rule: limits, onChange } = latest.current;
    const next = parseNumber(text.peek(), { name: label, ...limits });
    if (!next.ok || next.value === known) return;
    before.current ??= known;
    onChange(next.value);
  };
  const commit = () => {
    send();
    const now = parseNumber(text.peek(), { name: label, ...rule });
    if (!now.ok || before.current === null) return;
    const moved = now.value !== before.current;
    before.current = null;
    if (moved) props.onCommit?.();
  };
  const nudge = (event: KeyboardEvent) => {
    if (event.key === "Enter") commit();
    const by = STEPS[event.key];
    if (role !== "spinbutton" || by === undefined || lock) return;
    event.preventDefault();
    type(shown(clamp((parsed.ok ? parsed.value : value) + by * step, rule.min, rule.max)));
    send();
  };
  const describedBy = [reason ? (errorId ?? `${id}-error`) : "", lock ? `${id}-locked` : ""].join(" ").trim();
  return (
    <div class={`cw-stack cw-tight cw-field${lock ? " cw-locked" : ""}`}>
      <div class={props.hideLabel ? "cw-unseen" : "cw-inline cw-label-row"}>
        <label for={id} class="cw-label" title={help}>
          {label}
        </label>
        {lock && (
          <span id={`${id}-locked`} class="cw-soft cw-cut" title={lock[1]}>
            {lock[0]}
          </span>
        )}
        {!lock && props.aside}
      </div>
      <input
        id={id}
        class="cw-input"
        type="text"
        inputMode={rule.integer ? "numeric" : "decimal"}
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        title={lock?.[1] ?? help ?? label}
        readOnly={Boolean(lock)}
        aria-disabled={lock ? "true" : undefined}
        aria-invalid={reason ? "true" : undefined}
        aria-describedby={describedBy || undefined}
        {...(role === "spinbutton"
          ? {
              role,
              "aria-valuenow": parsed.ok ? parsed.value : value,
              "aria-valuemin": rule.min,
              "aria-valuemax": rule.max,
            }
          : usual && !lock && { list: `${id}-usual` })}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={nudge}
        onKeyUp={(event) => {
          if (event.key in STEPS) commit();
        }}
        onBlur={commit}
      />
      {usual && !lock && (
        <datalist id={`${id}-usual`}>
          {usual.map((number) => (
            <option key={number} value={number} />
          ))}
        </datalist>
      )}
      {reason && !errorId && (
        <span id={`${id}-error`} class="cw-toned" data-tone="bad">
          {reason}
        </span>
      )}
    </div>
  );
}

/** What a field does with its value: write it to a signal. */
export const setting =
  <T,>(signal: { value: T }) =>
  (value: T) => {
    signal.value = value;
  };

/** What a button does that sets a signal to a value. */
export const setTo =
  <T,>(signal: { value: T }, value: NoInfer<T>) =>
  () =>
    setting(signal)(value);

export type Option<T extends string> = readonly [value: T, text: string];

export interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  help?: string;
  disabled?: boolean;
}

/** One of several, in a select. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const { label, value, options, onChange, help, disabled } = props;
  const id = useId();
  return (
    <div class="cw-stack cw-tight cw-field">
      <label for={id} class="cw-label" title={help}>
        {label}
      </label>
      <select
        id={id}
        class="cw-input cw-select"
        title={help ?? label}
        disabled={disabled}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** One of a few, all in sight. */
export function RadioGroup<T extends string>(props: ChoiceProps<T>) {
  const { label, value, options, onChange, help, disabled } = props;
  const id = useId();
  return (
    <div class="cw-stack cw-tight cw-field">
      <span id={id} class="cw-label" title={help}>
        {label}
      </span>
      <div role="radiogroup" aria-labelledby={id} aria-disabled={disabled} class="cw-inline cw-segments">
        {options.map(([option, text]) => (
          <label key={option} class="cw-button cw-segment">
            <input
              type="radio"
              name={id}
              value={option}
              checked={option === value}
              aria-disabled={disabled}
              aria-describedby={disabled && help ? `${id}-help` : undefined}
              onClick={(event) => disabled && event.preventDefault()}
              onChange={() => !disabled && onChange(option)}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
      {disabled && help && (
        <span id={`${id}-help`} hidden>
          {help}
        </span>
      )}
    </div>
  );
}

/** What is on or off; with a hint, which says what that means from now on, a switch. */
export function Checkbox(props: {
  label: string;
  checked: boolean;
  onChange: (on: boolean) => void;
  help?: string;
  disabled?: boolean;
  hint?: string;
}) {
  const { help, hint } = props;
  const id = useId();
  const box = (
    <label class="cw-inline cw-check" title={help}>
      <input
        type="checkbox"
        role={hint ? "switch" : undefined}
        title={help}
        checked={props.checked}
        disabled={props.disabled}
        aria-describedby={hint && id}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
  if (!hint) return box;
  return (
    <div class="cw-flow">
      {box}
      <span id={id} class="cw-soft cw-switch-hint">
        {hint}
      </span>
    </div>
  );
}

/** A slider whose number stands beside it, or a field for it. */
export function Slider(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** Called at each move of the finger. */
  onInput: (value: number) => void;
  /** Called when it has let go, and for each key. */
  onChange: (value: number) => void;
  text?: (value: number) => string;
  help?: string;
  class?: string;
  /** The field. */
  children?: ComponentChildren;
}) {
  const { label, value, min, max, step, onInput, onChange, text = String, help } = props;
  const id = useId();
  return (
    <div class={`cw-stack cw-tight cw-field cw-slider ${props.class ?? ""}`}>
      <label for={id} class="cw-label" title={help}>
        {label}
      </label>
      <div class="cw-inline cw-slider-row">
        <input
          id={id}
          type="range"
          title={help ?? label}
          min={min}
          max={max}
          step={step}
          value={value}
          aria-valuetext={text(value)}
          onInput={(event) => onInput(Number(event.currentTarget.value))}
          onChange={(event) => onChange(Number(event.currentTarget.value))}
        />
        {props.children ?? <output for={id}>{text(value)}</output>}
      </div>
    </div>
  );
}
