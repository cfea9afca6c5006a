// Which "min ratings" to offer where the one that is set hides everything: the same number in every view.

const ROUND = [500, 200, 100, 50, 20, 10, 5];

/** A lower limit that shows at least ten of the rows, a round one where one does; null if no limit helps.
 * `among`: for each row whether it is asked for, as by a search; null for all. */
export function helpfulMinCount(
  counts: ArrayLike<number>,
  trained: ArrayLike<number>,
  now: number,
  among: ArrayLike<number> | null = null,
): number | null {
  const usable: number[] = [];
  for (let row = 1; row < counts.length; row++)
    if (trained[row] && counts[row] < now && (!among || among[row])) usable.push(counts[row]);
  if (usable.length === 0) return null;
  usable.sort((a, b) => b - a);
  const tenth = usable[Math.min(9, usable.length - 1)];
  return ROUND.find((limit) => limit <= tenth && limit < now) ?? tenth;
}
