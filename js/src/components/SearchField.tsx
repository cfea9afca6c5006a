// A box to type a search in; Escape empties it.
import type { Signal } from "@preact/signals";
import { useId } from "./useId";

export function SearchField(props: {
  /** "Search users": its name, and what stands in it while it is empty. */
  name: string;
  text: Signal<string>;
  box?: { current: HTMLInputElement | null };
}) {
  const { name, text, box } = props;
  const id = useId();
  return (
    <div class="cw-stack cw-tight cw-field cw-search">
      <label class="cw-label" for={id}>
        Search
      </label>
      <input
        ref={box}
        id={id}
        class="cw-input"
        type="search"
        aria-label={name}
        placeholder={`${name} …`}
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || event.isComposing || !text.value) return;
          text.value = "";
          event.preventDefault();
          event.stopPropagation();
        }}
      />
    </div>
  );
}
