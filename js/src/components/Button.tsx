// A button with a name for everyone: `label` is its accessible name and, unless an icon stands alone, its text.
import type { ComponentChildren, Ref } from "preact";
import { Icon, type IconName } from "./icons";
import { useId } from "./useId";

export interface ButtonProps {
  label: string;
  onClick: () => void;
  icon?: IconName;
  /** Only the icon is seen; the label is still read and shown as tooltip. */
  iconOnly?: boolean;
  /** Shown instead of the label. */
  text?: string;
  /** Tooltip; the label if left out. */
  title?: string;
  kind?: "primary" | "normal" | "quiet";
  pressed?: boolean;
  expanded?: boolean;
  controls?: string;
  /** Why it cannot be pressed now: pressing does nothing, but it keeps its place in the tab order and says why. */
  reason?: string | null;
  buttonRef?: Ref<HTMLButtonElement>;
  /** What takes the focus when the button goes, a selector; see `keepFocus`. */
  then?: string;
}

export function Button(props: ButtonProps) {
  const { label, icon, iconOnly, text, kind = "normal", reason } = props;
  const id = useId();
  return (
    <button
      ref={props.buttonRef}
      type="button"
      class={`cw-button cw-${kind}${iconOnly ? " cw-icon-only" : ""}`}
      data-then={props.then}
      aria-label={label}
      title={reason || props.title || label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-controls={props.controls}
      aria-disabled={reason ? "true" : undefined}
      aria-describedby={reason ? id : undefined}
      onClick={reason ? undefined : props.onClick}
    >
      {icon && <Icon name={icon} />}
      {!iconOnly && <span class="cw-cut">{text ?? label}</span>}
      {reason && (
        <span id={id} hidden>
          {reason}
        </span>
      )}
    </button>
  );
}

/** A button within a sentence. */
export function Link(props: {
  children: ComponentChildren;
  title?: string;
  then?: string;
  onClick: () => void;
}) {
  const { children, title, then, onClick } = props;
  return (
    <button type="button" class="cw-link" title={title} data-then={then} onClick={onClick}>
      {children}
    </button>
  );
}
