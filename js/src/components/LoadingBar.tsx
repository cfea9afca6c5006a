// A thin bar for what takes longer than a blink; the old picture stays.

/** The style sheet shows it after 300 ms. */
export function LoadingBar({ busy }: { busy: boolean }) {
  return busy ? <div class="cw-loading" role="progressbar" aria-label="Loading" /> : null;
}
