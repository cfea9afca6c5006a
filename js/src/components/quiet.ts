// Typing is answered here at once; Python hears of it when it rests.
import { effect, type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

/** Milliseconds of rest. */
const QUIET = 150;

/** A signal that follows `synced`, and that `synced` follows once it has rested. */
export function useQuiet(synced: Signal<string>): Signal<string> {
  const typed = useSignal(synced.peek() ?? "");
  // Effects that run at once: useSignalEffect waits for the next frame, and would undo letters typed by then.
  useLayoutEffect(() => {
    const ends = [
      effect(() => {
        typed.value = synced.value ?? "";
      }),
      effect(() => {
        const text = typed.value;
        if (text === (synced.peek() ?? "")) return;
        const timer = setTimeout(() => {
          synced.value = text;
        }, QUIET);
        return () => clearTimeout(timer);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [synced, typed]);
  return typed;
}
