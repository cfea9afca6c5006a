// All views of one learner on a page: facts and shared controls above, the views in two columns, the outcome below.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../components/Button";
import { useControls, words } from "../components/controls";
import { DataCard } from "../components/DataCard";
import { Frame } from "../components/Frame";
import { type Option, setTo, setting } from "../components/fields";
import { Keys, type KeyWords } from "../components/Keys";
import { MinRatings } from "../components/MinRatings";
import { Tabs } from "../components/Tabs";
import { useView } from "../context";
import { formatCount, formatLoss, formatRmse, plural } from "../lib/format";
import { outcome, situation } from "../lib/wording";

interface Part {
  kind: string;
  ref: string;
}

/** Where a wide page has each kind; the reading order of a narrow one is left, then right, as listed here. */
const LEFT = ["TrainingPanel", "NeighborSearch"];
const RIGHT = ["PCAScatter", "BiasTable"];

const THEMES: readonly Option<string>[] = [["auto", "as the page"], ...words("light", "dark")];

const KEYS: KeyWords = [
  ["Tab", "to the next control; a table or the map is one stop"],
  ["Arrows", "rows, points, values"],
  ["Space, Enter", "select a title; explore it"],
  ["Ctrl/Cmd+A, +C", "in a table: select all, copy"],
  ["/", "in a table: to the search"],
  ["+ − 0", "in the map: zoom in, out, all"],
  ["Escape", "close, clear, leave"],
];

export function Dashboard() {
  const { store, trait, shows: has } = useView();
  const { choice } = useControls();
  const { dataset, n_users, n_items, n_ratings } = store.data.value;
  const title = trait<string>("title").value || dataset || "Dashboard";
  const sizes = [plural(n_users, "user"), plural(n_items, "title"), plural(n_ratings, "rating")];
  const facts = [dataset !== title && dataset, ...sizes];
  const teaching = trait<string>("arrangement").value === "teaching";
  const parts = trait<Part[]>("_views").value ?? [];
  const columns = teaching ? [parts] : [LEFT, RIGHT].map(pick(parts)).filter((column) => column.length);
  return (
    <Frame
      title="Dashboard"
      heading={title}
      saidWithin={parts.some(({ kind }) => kind === "TrainingPanel")}
      facts={facts.filter(Boolean).join(" · ")}
      controls={<Shared filter={has("min_count")} />}
      settings={
        <>
          {choice("theme", "Theme", THEMES)}
          {has("help") && <Keys label="Keys" list={KEYS} />}
        </>
      }
      exports={{}}
    >
      <div class="cw-parts" data-columns={columns.length}>
        {columns.map((column, index) => (
          <div key={index === 0 ? "left" : "right"} class="cw-stack">
            {column.map((part) =>
              part.kind === "BiasTable" ? (
                <Lower key={part.ref} part={part} />
              ) : (
                <Slot key={part.ref} part={part} />
              ),
            )}
          </div>
        ))}
      </div>
      <Outcome />
    </Frame>
  );
}

const pick = (parts: readonly Part[]) => (kinds: readonly string[]) =>
  kinds.flatMap((kind) => parts.filter((part) => part.kind === kind));

/** The ranking, and behind a tab what it and all else is made of. */
function Lower({ part }: { part: Part }) {
  const tab = useView().trait<string>("tab");
  const chosen = tab.value ?? "bias";
  return (
    <Tabs
      label="Ranking and data"
      chosen={chosen}
      onChoose={setting(tab)}
      tabs={[
        { name: "bias", label: "Bias ranking", content: <Slot part={part} /> },
        { name: "data", label: "Data", content: chosen === "data" && <DataCard /> },
      ]}
    />
  );
}

function Shared({ filter }: { filter: boolean }) {
  const { shared, store } = useView();
  const { selection, primary } = shared;
  const { names } = store.items.value;
  const picked = selection.value;
  const explored = primary.value === null ? null : names.at(primary.value);
  const more = picked.length > 3 ? ` and ${formatCount(picked.length - 3)} more` : "";
  const selected = picked.slice(0, 3).map((row) => names.at(row));
  const told = picked.length ? "Selected" : explored && "Explored";
  const titles = picked.length
    ? selected.join(", ") + more
    : (explored ?? "Select titles in any view; all views follow.");
  return (
    <>
      <p class="cw-picked">
        {told && <span class="cw-label">{told}</span>} {titles}
      </p>
      {picked.length > 0 && (
        <Button
          kind="quiet"
          icon="close"
          label={`Clear (${picked.length})`}
          title="Clear the selection"
          onClick={setTo(selection, [])}
        />
      )}
      {filter && <MinRatings />}
    </>
  );
}

function Slot({ part }: { part: Part }) {
  const { host, signal: abort } = useView();
  const el = useRef<HTMLDivElement>(null);
  const failure = useSignal<string | null>(null);
  useEffect(() => {
    const own = new AbortController();
    const signal = AbortSignal.any([own.signal, abort]);
    const show = async () => {
      const widget = await host.getWidget(part.ref);
      if (el.current && !signal.aborted) await widget.render({ el: el.current, signal });
    };
    show().catch((error: unknown) => {
      if (!signal.aborted) failure.value = error instanceof Error ? error.message : String(error);
    });
    return () => own.abort();
  }, [part.ref]);
  return (
    <div class="cw-part">
      {failure.value && (
        <p class="cw-toned" data-tone="bad">
          This view did not start: {failure.value}
        </p>
      )}
      <div ref={el} />
    </div>
  );
}

function Outcome() {
  const { store } = useView();
  const { n_never_trained, version, y_range } = store.data.value;
  const best = store.history.value.find((row) => row.epoch === store.best_epoch.value);
  const words = [
    outcome(situation(store)),
    best &&
      `best valid ${formatLoss(best.valid_loss)}${best.rmse === null ? "" : ` (RMSE ${formatRmse(best.rmse, y_range)})`}`,
    n_never_trained > 0 && `${plural(n_never_trained, "title")} never trained`,
  ];
  return (
    <footer class="cw-flow cw-soft cw-outcome">
      <span>{words.filter(Boolean).join(" · ")}</span>
      <span>{version && `collabwidgets ${version}`}</span>
    </footer>
  );
}
