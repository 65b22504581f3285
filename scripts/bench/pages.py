"""The server as its readers meet it: one user, twenty at once, a drag in a real browser."""

from __future__ import annotations

import http.client
import random
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from timing import alternately, ms, table

from orepact import pact, world
from orepact.pact.vary import floor_on, last_day
from orepact.study.simulate import simulate

USERS, EACH, DRAGS = 20, 10, 20
YEAR = 2027


def pages() -> list[str]:
    """Times of live answers, beside the bare simulation in this process."""
    agreed, w = pact.read("us-mexico-2026"), world.load()
    floors = {
        (m, s): float(f.floor_at(last_day(YEAR)) or 0)
        for m, c in w.chains.items()
        for s in c.stages
        if (f := floor_on(agreed, m, s, last_day(YEAR)))
    }
    (bare,) = alternately(lambda: simulate(agreed, w, ["ndpr"], draws=0))
    with _server() as port:
        ask = _asker(port, floors, random.Random(0))
        _get(port, "/static/vega.js")
        for _ in range(2 * len(floors)):
            ask()
        alone = [ask() for _ in range(40)]
        together = _together(port, floors)
        drags = _drags(port)
    rows = [
        ("the simulation alone, NdPr, in one process", ms(bare), "", "1"),
        ("one user, all minerals in turn", *_quantiles(alone), _ratio(alone, bare)),
        (f"{USERS} users at once, without a pause", *_quantiles(together), _ratio(together, bare)),
        ("end of a drag to the new picture, in Chromium", *_quantiles(drags), _ratio(drags, bare)),
    ]
    return [
        "## Pages",
        "",
        "Central values; no floor is asked for twice, so that nothing comes from memory. Users and "
        "server share the machine. Limits: 0.5 s after a drag, 95 % of answers to twenty users "
        "under 0.8 s.",
        "",
        *table(("what", "median", "95 %", "median over the simulation alone"), rows),
    ]


def _quantiles(times: list[float]) -> tuple[str, str]:
    if not times:
        return "not measured: no Chromium", ""
    return ms(statistics.median(times)), ms(sorted(times)[int(0.95 * len(times))])


def _ratio(times: list[float], bare: float) -> str:
    return f"{statistics.median(times) / bare:.1f}" if times else ""


@contextmanager
def _server() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", "orepact", "serve", "--port", str(port)])
    try:
        for _ in range(300):
            try:
                _get(port, "/")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _get(port: int, path: str) -> None:
    to = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    to.request("GET", path)
    answer = to.getresponse()
    answer.read()
    to.close()
    assert answer.status == 200, (answer.status, path)


def _asker(port: int, floors: dict[tuple[str, str], float], chance: random.Random):
    def ask() -> float:
        (mineral, stage), level = chance.choice(list(floors.items()))
        asked = {"mineral": mineral, "year": YEAR, f"floor.{stage}":
                 f"{level * chance.uniform(0.9, 1.3):.4f} USD/t"}  # fmt: skip
        start = time.perf_counter()
        _get(port, "/simulator/answer?" + urlencode(asked))
        return time.perf_counter() - start

    return ask


def _together(port: int, floors: dict[tuple[str, str], float]) -> list[float]:
    times: list[float] = []

    def user(n: int) -> None:
        ask = _asker(port, floors, random.Random(100 + n))
        times.extend(ask() for _ in range(EACH))

    users = [threading.Thread(target=user, args=(n,)) for n in range(USERS)]
    for u in users:
        u.start()
    for u in users:
        u.join()
    return times


WATCH = """
window.ends = [];
let last = 0;
addEventListener("input", () => { last = performance.now(); }, true);
document.addEventListener("answered", () =>
  requestAnimationFrame(() => window.ends.push(performance.now() - last)));
"""


def _drags(port: int) -> list[float]:
    """Seconds from the last move of a slider to the picture that it gives, ranges drawn beside."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return []
    from playwright.sync_api import sync_playwright

    times = []
    with sync_playwright() as held:
        browser = held.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"http://127.0.0.1:{port}/simulator?mineral=ndpr")
        page.wait_for_selector("#answer .chart svg")
        page.evaluate(WATCH)
        slider = page.locator(".lever:has([id='floor.oxide']) input[type=range]")
        box = slider.bounding_box()
        assert box
        y, at = box["y"] + box["height"] / 2, 0.6
        for n in range(DRAGS):
            to = 0.45 + 0.02 * n
            page.mouse.move(box["x"] + at * box["width"], y)
            page.mouse.down()
            page.mouse.move(box["x"] + to * box["width"], y, steps=8)
            page.mouse.up()
            page.wait_for_function("window.ends.length > 0 && answer.ariaBusy !== 'true'")
            page.wait_for_timeout(300)
            times.append(page.evaluate("window.ends.splice(0).at(-1)") / 1000)
            at = to
        browser.close()
    return times
