// Asking Python for the code that makes a view: only there it is known how the learner came about.
import type { ViewContext } from "../context";
import { onModel } from "./bound";

interface CodeAnswer {
  kind: "code";
  text?: string;
  error?: string;
}

/** The Python behind a view; rejects with a sentence when Python cannot say it or cannot be reached. */
export function askForCode({
  model,
  store,
  signal,
}: Pick<ViewContext, "model" | "store" | "signal">): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = new AbortController();
    const end = (settle: () => void) => {
      asked.abort();
      settle();
    };
    const fail = (sentence: string) => end(() => reject(new Error(sentence)));
    onModel(model, "msg:custom", AbortSignal.any([asked.signal, signal]), (message) => {
      const answer = message as CodeAnswer | null;
      if (answer?.kind !== "code") return;
      const { text, error } = answer;
      if (text === undefined) fail(error || "Python could not say how this was made.");
      else end(() => resolve(text));
    });
    const stop = store.connection.subscribe((connection) => {
      if (connection === "disconnected") fail("Not connected to the kernel.");
    });
    asked.signal.addEventListener("abort", stop);
    if (asked.signal.aborted) return stop();
    try {
      model.send({ kind: "code" });
    } catch {
      fail("Not connected to the kernel.");
    }
  });
}
