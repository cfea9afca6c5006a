// What the training panel gives away: its epochs as a table, and the loss chart as it is on the page.
import type { RefObject } from "preact";
import { useCopy } from "../../components/copying";
import { epochCells } from "../../components/EpochTable";
import { TakeAway } from "../../components/TakeAway";
import type { ViewContext } from "../../context";
import { svgMarkup, svgPng } from "../../lib/files";

interface Props {
  context: ViewContext;
  drawing: RefObject<SVGSVGElement | null>;
}

export function TakeAwayLoss({ context, drawing }: Props) {
  const { store, shows } = context;
  const copy = useCopy();
  const cells = () => epochCells(store.history.value);
  const svg = async () => drawing.current && svgMarkup(drawing.current);
  const png = async () => drawing.current && svgPng(drawing.current);
  return (
    <footer class="cw-foot">
      <TakeAway
        context={context}
        state={copy}
        name="epochs"
        shown={cells}
        all={cells}
        empty={store.history.value.length > 0 ? null : "No epoch has ended yet"}
        picture={{
          png: shows("chart") && shows("png") ? png : undefined,
          svg: shows("chart") && shows("svg") ? svg : undefined,
        }}
      />
    </footer>
  );
}
