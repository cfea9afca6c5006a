// Earlier epochs of the run: a slider through them, and words while the map is not the newest.
import { Button } from "../../components/Button";
import { Slider, setTo } from "../../components/fields";
import { useView } from "../../context";
import type { MapState } from "../../lib/scatter/state";

export function Frames({ map }: { map: MapState }) {
  const { store, trait, shows } = useView();
  /** Which of the epochs kept is shown; -1 for the newest. */
  const frame = trait<number>("frame");
  const epochs = store.frame_epochs.value;
  if (epochs.length < 2 || map.untrained.value || !shows("frame")) return null;
  if (store.connection.value === "disconnected") {
    return <p class="cw-flow cw-scatter-frames">Maps of earlier epochs need the kernel.</p>;
  }
  const last = epochs[epochs.length - 1];
  // The last epoch is the newest picture, unless training has gone on or weights of a better epoch were loaded.
  const same = store.snapshotEpoch.value === last;
  const newest = epochs.length - (same ? 1 : 0);
  const chosen = map.scrubbed.value ?? frame.value;
  const at = chosen < 0 || chosen >= epochs.length ? newest : Math.min(chosen, newest);
  const frameAt = (place: number) => (place >= newest ? -1 : place);
  const shown = map.past.value;
  return (
    <div class="cw-flow cw-scatter-frames">
      <Slider
        label="Epoch"
        value={at}
        min={0}
        max={newest}
        step={1}
        text={(place) => (place >= newest ? "newest" : `${epochs[place]} of ${last}`)}
        help="The map as it was at the end of an earlier epoch"
        onInput={(place) => {
          map.scrubbed.value = frameAt(place);
        }}
        onChange={(place) => {
          frame.value = frameAt(place);
          map.scrubbed.value = null;
        }}
      />
      {shown && (
        <>
          <span>
            Showing epoch {shown.epoch} of {last}, in the colours of the newest.
          </span>
          <Button label="Newest" onClick={setTo(frame, -1)} />
        </>
      )}
    </div>
  );
}
