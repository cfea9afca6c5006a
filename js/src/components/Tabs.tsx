// Tabs as the ARIA practices have them: one stop of the Tab key, arrows go around, what is chosen shows at once.
import type { ComponentChildren } from "preact";
import { useId } from "./useId";

interface Props {
  label: string;
  tabs: readonly { name: string; label: string; content: ComponentChildren }[];
  chosen: string;
  onChoose: (name: string) => void;
}

/** What is not chosen stays where it is, unseen, with all that was typed and scrolled in it. */
export function Tabs({ label, tabs, chosen, onChoose }: Props) {
  const id = useId();
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ name }) => name === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const { name } = tabs[(to + tabs.length) % tabs.length];
    onChoose(name);
    const list = event.currentTarget as HTMLElement;
    list.querySelector<HTMLElement>(`[data-tab="${name}"]`)?.focus();
  };
  return (
    <div>
      <div role="tablist" aria-label={label} class="cw-flow cw-tight cw-tablist" onKeyDown={move}>
        {tabs.map(({ name, label: text }) => (
          <button
            key={name}
            id={`${id}-${name}`}
            type="button"
            role="tab"
            class="cw-button cw-quiet cw-tab"
            data-tab={name}
            aria-selected={name === chosen}
            aria-controls={`${id}-${name}-panel`}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => onChoose(name)}
          >
            {text}
          </button>
        ))}
      </div>
      {tabs.map(({ name, content }) => (
        <div
          key={name}
          id={`${id}-${name}-panel`}
          role="tabpanel"
          aria-labelledby={`${id}-${name}`}
          hidden={name !== chosen}
        >
          {content}
        </div>
      ))}
    </div>
  );
}
