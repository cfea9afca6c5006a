// A button in the head of a view and the region that it opens under the head: Settings and Export.
import type { ComponentChildren } from "preact";
import { useView } from "../context";
import { Button } from "./Button";
import { setTo } from "./fields";
import { useId } from "./useId";

export function Disclosure(props: {
  label: string;
  /** The trait that says whether it is open. */
  trait: "show_settings" | "show_export";
  children: ComponentChildren;
}) {
  const { label, trait, children } = props;
  const id = useId();
  const open = useView().trait<boolean | null>(trait);
  const shown = open.value === true;
  return (
    <>
      <Button
        kind="quiet"
        icon="down"
        label={label}
        title={`${shown ? "Hide" : "Show"} ${label.toLowerCase()}`}
        expanded={shown}
        controls={id}
        onClick={setTo(open, !shown)}
      />
      <div id={id} class="cw-flow cw-controls cw-disclosed" role="group" aria-label={label} hidden={!shown}>
        {shown && children}
      </div>
    </>
  );
}
