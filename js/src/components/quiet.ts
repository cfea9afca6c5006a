// Typing is answered here at once; Python hears of it when it rests.
import { type Signal, useSignal, useSignalEffect } from "@preact/signals";

/** Milliseconds of rest. */
const QUIET = 150;

/** A signal that follows `synced`, and that `synced` follows once it has rested. */
export function useQuiet(synced: Signal<string>): Signal<string> {
  const typed = useSignal(synced.peek() ?? "");
  useSignalEffect(() => {
    typed.value = synced.value ?? "";
  });
  useSignalEffect(() => {
    const text = typed.value;
    if (text === (synced.peek() ?? "")) return;
    const timer = setTimeout(() => {
      synced.value = text;
    }, QUIET);
    return () => clearTimeout(timer);
  });
  return typed;
}
