// Over a table whose order is held: a newer one waits.
import type { Holding } from "./heldOrder";
import { TAB_STOP } from "./rows";

export function OrderChip(props: { stale: boolean; refresh: () => void; holding: Holding }) {
  const { stale, refresh, holding } = props;
  if (!stale) return null;
  return (
    <button type="button" class="cw-chip" data-then={TAB_STOP} {...holding.focus} onClick={refresh}>
      order updated, refresh
    </button>
  );
}
