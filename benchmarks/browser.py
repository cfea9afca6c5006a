"""What a dashboard of many titles asks of a browser without a GPU: first picture, frames, keys, sorting, memory.

python -m benchmarks.browser                 60,000 and 1,000,000 titles; some minutes
python -m benchmarks.browser 60000           so many only
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass

import psutil
from playwright.sync_api import Locator, Page

from tests.browser.notebooks import open_notebook, run_cell

from .lab import first_picture, lab_page

SIZES = (60_000, 1_000_000)
GESTURE_SECONDS = 3
ROUNDS = 7
# Every title has a rating, the popular ones thousands: what is shown counts, not how it was learnt.
SETUP = """
import collabwidgets as cw, numpy as np, pandas as pd
random = np.random.default_rng(1)
n_items, n_ratings = {n_items}, 4 * {n_items}
words = np.array("Silent Golden Broken Lost Last Dark Bright Winter Crimson Hidden Blue Wild Quiet Long".split())
places = np.array("River House Letters Road Garden Summer Promise Voyage Mirror Bridge Harbor Station".split())
first, second = words[random.integers(0, len(words), n_items)], places[random.integers(0, len(places), n_items)]
titles = [f"{{a}} {{b}} {{i}}" for i, (a, b) in enumerate(zip(first, second))]
items = np.concatenate([np.arange(n_items), (n_items * random.random(n_ratings - n_items) ** 3).astype(int)])
ratings = pd.DataFrame({{
    "user": random.integers(0, 6_000, n_ratings),
    "title": np.array(titles)[items],
    "rating": random.integers(1, 6, n_ratings).astype(float),
}}).drop_duplicates(["user", "title"])
dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=42)
learn = cw.collab_learner(dls, n_factors=50, y_range=(0, 5.5), wd=0.1)
learn.view.min_count = 0
learn.fit_one_cycle(1, 5e-3)
"""
SHOW = "cw.Dashboard(learn)"
# A pointer that moves, or a wheel that turns, once a frame for some seconds. Counted are the frames in which the map's
# points were painted, not those in which the browser had nothing to do.
_FRAMES_A_SECOND = """async (plot, [kind, seconds]) => {
  const box = plot.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const gestures = {
    pan: (turn) => new PointerEvent('pointermove', { bubbles: true, pointerId: 1, isPrimary: true, buttons: 1,
      clientX: x + (turn * 7) % 200 - 100, clientY: y + (turn * 3) % 120 - 60 }),
    zoom: (turn) => new WheelEvent('wheel', { bubbles: true, cancelable: true, ctrlKey: true,
      clientX: x, clientY: y, deltaY: turn % 24 < 12 ? -40 : 40 }),
  };
  const pens = CanvasRenderingContext2D.prototype, put = pens.putImageData;
  const painted = [];
  pens.putImageData = function (...image) { painted.push(performance.now()); put.apply(this, image); };
  const end = performance.now() + 1000 * seconds;
  for (let turn = 0; performance.now() < end; turn++) {
    await new Promise(requestAnimationFrame);
    plot.dispatchEvent(gestures[kind](turn));
  }
  pens.putImageData = put;
  return 1000 * (painted.length - 1) / (painted.at(-1) - painted[0]);
}"""
# From a letter typed, or a header pressed, until the page that answers has been laid out, in milliseconds.
_ANSWERED = """async (element, [act, watched]) => {
  const place = element.closest('.cw').querySelector(watched) ?? element.closest('.cw');
  const began = performance.now();
  let answered = false;
  const changed = new Promise((done) => {
    setTimeout(done, 2000);  // a letter that leaves the list as it is
    const look = new MutationObserver(() => { answered = true; look.disconnect(); done(); });
    look.observe(place, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  if (act === null) element.click();
  else {
    element.focus();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(element, act);
    element.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  await changed;
  place.getBoundingClientRect();
  return answered ? performance.now() - began : null;
}"""


@dataclass(frozen=True)
class Measured:
    """Seconds, frames a second, milliseconds (median and worst), gigabytes."""

    first_picture: float
    pan: float
    zoom: float
    keys: list[float]
    sorts: list[float]
    heap: float
    process: float

    def row(self, n_items: int) -> str:
        cells = (
            f"{n_items:,}",
            f"{self.first_picture:.1f} s",
            f"{self.pan:.0f}",
            f"{self.zoom:.0f}",
            f"{statistics.median(self.keys):.0f} ms ({max(self.keys):.0f})",
            f"{statistics.median(self.sorts):.0f} ms ({max(self.sorts):.0f})",
            f"{self.process:.2f} GB ({self.heap:.2f})",
        )
        return f"| {' | '.join(cells)} |"


HEAD = """| titles | first picture | panning, frames a second | zooming | a key in the search, median (worst) \
| sorting, median (worst) | the tab's memory (of it JavaScript's) |
|---|---|---|---|---|---|---|"""


def pan_and_zoom(page: Page, plot: Locator) -> tuple[float, float]:
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y)
    pan = plot.evaluate(_FRAMES_A_SECOND, ["pan", GESTURE_SECONDS])
    page.mouse.up()
    return pan, plot.evaluate(_FRAMES_A_SECOND, ["zoom", GESTURE_SECONDS])


def search_and_sort(page: Page) -> tuple[list[float], list[float]]:
    search = page.get_by_role("combobox", name="Title")
    text, list_of_titles = "golden bridge 4", "[role=listbox]"
    search.evaluate(_ANSWERED, ["x", list_of_titles])  # the index is made with the first key
    typed = [search.evaluate(_ANSWERED, [text[:end], list_of_titles]) for end in range(1, len(text) + 1)]
    keys = [milliseconds for milliseconds in typed if milliseconds is not None]
    headers = page.get_by_role("table", name="Biases").get_by_role("columnheader")
    sorts = []
    for turn in range(ROUNDS):
        name = ("Title", "Ratings", "Mean")[turn % 3]
        button = headers.filter(has_text=name).first.get_by_role("button")
        sorts.append(button.evaluate(_ANSWERED, [None, "tbody"]))
    return keys, sorts


def memory(page: Page) -> tuple[float, float]:
    """Gigabytes after a collection: the JavaScript heap, and the tab's process as the system counts it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    metrics = {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}
    processes = page.context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    tabs = [psutil.Process(process["id"]).memory_info().rss for process in processes if process["type"] == "renderer"]
    return metrics["JSHeapUsedSize"] / 1e9, max(tabs) / 1e9


def measure(n_items: int) -> Measured:
    with lab_page(1600, 1800) as (page, server):
        page.set_default_timeout(300_000)
        open_notebook(page, server, "many", SETUP.format(n_items=n_items), SHOW, run=1)
        seconds = first_picture(page)
        run_cell(page, 1)
        page.get_by_role("table", name="Biases").locator("tbody tr").first.wait_for()
        pan, zoom = pan_and_zoom(page, page.locator(".cw-scatter-canvas"))
        keys, sorts = search_and_sort(page)
        heap, process = memory(page)
        return Measured(seconds, pan, zoom, keys, sorts, heap, process)


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    print(HEAD)
    for n_items in sizes:
        print(measure(n_items).row(n_items), flush=True)
    print("\nThe promise: 60,000 titles in 3 s, 60 frames a second, 16 ms a key, 100 ms a sort;")
    print("1,000,000 titles at 20 frames a second, 100 ms a key, in 1 GB.")


if __name__ == "__main__":
    main()
