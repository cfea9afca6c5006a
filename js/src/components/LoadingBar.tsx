// A thin bar for what takes longer than a blink; the old picture stays.
import { useEffect, useState } from "preact/hooks";

const PATIENCE_MS = 300;

export function LoadingBar({ busy }: { busy: boolean }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [busy]);
  return late ? <div class="cw-loading" role="progressbar" aria-label="Loading" /> : null;
}
