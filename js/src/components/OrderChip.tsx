// Over a table whose order is held: a newer one waits.
import { Button } from "./Button";
import type { Holding } from "./heldOrder";
import { TAB_STOP } from "./rows";

export function OrderChip(props: { stale: boolean; refresh: () => void; holding: Holding }) {
  const { stale, refresh, holding } = props;
  if (!stale) return null;
  return (
    <div class="cw-chip" {...holding.focus}>
      <Button label="order updated, refresh" then={TAB_STOP} onClick={refresh} />
    </div>
  );
}
