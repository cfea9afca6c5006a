// A "why?" beside a number: at most three sentences, opened by whoever wants them.
import type { ComponentChildren } from "preact";

export function Why({ summary = "why?", children }: { summary?: string; children: ComponentChildren }) {
  return (
    <details class="cw-why">
      <summary>{summary}</summary>
      <div>{children}</div>
    </details>
  );
}
