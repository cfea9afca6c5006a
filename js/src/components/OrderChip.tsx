// Over a table whose order is held: a newer one waits.
export function OrderChip({ stale, refresh }: { stale: boolean; refresh: () => void }) {
  if (!stale) return null;
  return (
    <button type="button" class="cw-chip" onClick={refresh}>
      order updated, refresh
    </button>
  );
}
