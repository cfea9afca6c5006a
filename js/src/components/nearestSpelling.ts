// The title spelt nearest to what nothing contains, found while the page goes on.
import { useEffect, useState } from "preact/hooks";
import type { TitleSearch } from "../lib/search";
import { nearestSpelling } from "../lib/spelling";

/** Its row; -1 where nothing is near; null while it is looked for, and where nothing is `missed`. */
export function useNearestSpelling(search: TitleSearch, text: string, missed: boolean): number | null {
  const [found, setFound] = useState<{ text: string; row: number } | null>(null);
  useEffect(() => {
    if (!missed) return;
    const work = nearestSpelling(search, text);
    const stop = work.result.subscribe((row) => {
      if (row !== null) setFound({ text, row });
    });
    return () => {
      stop();
      work.stop();
    };
  }, [search, text, missed]);
  return missed && found?.text === text ? found.row : null;
}
