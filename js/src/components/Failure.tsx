// A view that throws shows what happened, under its own frame; the other widgets go on.
import { Component, type ComponentChildren } from "preact";
import { ErrorNotice } from "./Notice";

export class Failure extends Component<{ children: ComponentChildren }, { error: Error | null }> {
  override state = { error: null };

  static override getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render({ children }: { children: ComponentChildren }, { error }: { error: Error | null }) {
    if (!error) return children;
    return (
      <section class="cw-stack cw-frame">
        <ErrorNotice
          text={`This view stopped working: ${error.message}`}
          detail={error.stack ?? ""}
          action={{ label: "Try again", run: () => this.setState({ error: null }) }}
        />
      </section>
    );
  }
}
