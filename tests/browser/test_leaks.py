"""Forty times rendered and removed, the views leave the page as it was: counted in Chromium after a collection."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import CDPSession, Page

ROUNDS, WARM_UP = 40, 5
PATIENCE_SECONDS = 60
# Handles that the page has asked for and not given back.
_COUNT_TIMERS = """(() => {
  const pending = new Set();
  window.pendingTimers = () => pending.size;
  for (const [set, clear, once] of [['setTimeout', 'clearTimeout', true], ['setInterval', 'clearInterval', false],
      ['requestAnimationFrame', 'cancelAnimationFrame', true]]) {
    const [begin, end] = [window[set].bind(window), window[clear].bind(window)];
    window[set] = (callback, ...rest) => {
      const id = begin((...given) => { if (once) pending.delete(set + id); callback(...given); }, ...rest);
      pending.add(set + id);
      return id;
    };
    window[clear] = (id) => { pending.delete(set + id); end(id); };
  }
})()"""
_ROUNDS = """async (rounds) => {
  const [model] = window.harness.models;
  for (let round = 0; round < rounds; round++) await window.harness.renderAndRemove(model);
}"""
_LISTENERS = "() => [...window.harness.models, window.harness.storeModel].map((model) => model.listeners())"
_CLASSES = (
    "HTMLCanvasElement",
    "HTMLElement",
    "SVGElement",
    "ResizeObserver",
    "IntersectionObserver",
    "MutationObserver",
)


def counted(page: Page, devtools: CDPSession) -> dict[str, int]:
    """What the page holds, once all that nobody can reach is gone."""
    page.wait_for_function("() => window.pendingTimers() === 1")  # the store's beat to the kernel
    for _ in range(3):  # what a finalizer or a weak reference held goes in the next collection
        devtools.send("HeapProfiler.collectGarbage")
    found = devtools.send("Memory.getDOMCounters")
    for name in _CLASSES:
        prototype = devtools.send("Runtime.evaluate", {"expression": f"{name}.prototype"})["result"]["objectId"]
        objects = devtools.send("Runtime.queryObjects", {"prototypeObjectId": prototype, "objectGroup": "counted"})
        of_objects = {
            "objectId": objects["objects"]["objectId"],
            "functionDeclaration": "function() { return this.length }",
        }
        found[name] = devtools.send("Runtime.callFunctionOn", of_objects | {"returnByValue": True})["result"]["value"]
    devtools.send("Runtime.releaseObjectGroup", {"objectGroup": "counted"})
    return found | {"of models": page.evaluate(_LISTENERS)}


def settled(page: Page, devtools: CDPSession) -> dict[str, int]:
    """What the page holds when it lets go of no more."""
    before, found = None, counted(page, devtools)
    while found != before:
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        before, found = found, counted(page, devtools)
    return found


def test_a_dashboard_rendered_and_removed_forty_times_leaves_nothing(harness: Callable[..., str], page: Page) -> None:
    page.add_init_script(_COUNT_TIMERS)
    page.goto(harness("Dashboard"))  # all four views are in it
    devtools = page.context.new_cdp_session(page)
    page.evaluate(_ROUNDS, WARM_UP)
    before = settled(page, devtools)
    page.evaluate(_ROUNDS, ROUNDS)
    end = time.monotonic() + PATIENCE_SECONDS
    while (after := settled(page, devtools)) != before and time.monotonic() < end:
        pass  # what observers and finished animations still hold goes with a later collection
    # Chromium makes and drops the JavaScript objects of living elements as it likes; the elements are in "nodes".
    wrappers = {name: after.pop(name) - before.pop(name) for name in ("HTMLElement", "SVGElement")}
    assert after == before
    assert max(wrappers.values()) < ROUNDS / 2, wrappers
