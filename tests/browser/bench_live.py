"""`script/bench live`: how soon a live picture is there, and how soon it follows a press.

In a real browser, on the demo, for each way that a picture can take, and beside it what people
write by hand: Home Assistant's generic camera on a live address, and `rest_command` to steer. The
delay of a real platform and of its network comes on top of all of them alike.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
import json
import os
from pathlib import Path
import statistics
import subprocess
import tempfile
import time

from by_hand import (
    REST_COMMAND,
    add_generic_camera,
    live_address,
    press_by_hand,
    reload_entry_of,
)
import chromium
from demo_home import Demo, running_demo
from live_page import HandMadePage, LivePage, seconds_to_motion
from page import CAMERA, quicken, save, set_options
from playwright.sync_api import Browser, BrowserContext, sync_playwright

SERIAL = "DEMO0001"
PRESSES = ("left", "right")
INTERVAL = 4.5  # seconds between two calls to one camera, which real platforms want


@dataclass(frozen=True)
class Row:
    """What was found for one way."""

    way: str
    first: list[float]  # seconds from the card's being there to the first picture
    motion: list[float]  # seconds from a press to the first picture that shows it

    def __str__(self) -> str:
        """Show it as a line of the table."""
        first, motion = map(quantiles, (self.first, self.motion))
        return f"{self.way:44} {first:>22} {motion:>22}"


def quantiles(samples: list[float]) -> str:
    """Return the median, the smallest and the largest."""
    return f"{statistics.median(samples):.2f} ({min(samples):.2f}-{max(samples):.2f})"


class Bench:
    """One demo, and a browser that is logged in."""

    def __init__(self, browser: Browser, demo: Demo, times: int) -> None:
        self.browser = browser
        self.demo = demo
        self.times = times
        self.first_page = browser.new_context().new_page()
        self.first_page.goto(f"{demo.url}/profile/general")
        quicken(self.first_page)

    def measure(self, way: str, protocol: str) -> Row:
        """Measure our own card, with an address at hand."""
        set_options(self.first_page, live_protocol=protocol, poll_interval=0)
        save(self.first_page, {"entity": CAMERA, "live": True})

        def renew() -> str:
            reload_entry_of(self.first_page, CAMERA)  # or its stream would go on
            time.sleep(INTERVAL)
            return live_address(self.first_page, protocol)

        def press(live: LivePage, command: str) -> Callable[[], None]:
            live.press(command)
            return live.page.mouse.up

        return self._measure(way, LivePage, renew, press)

    def measure_by_hand(self, way: str) -> Row:
        """Measure what people write by hand: one address for good."""
        set_options(self.first_page, poll_interval=0)  # its token would end the one used by hand
        address = live_address(self.first_page, "hls")
        generic = add_generic_camera(self.first_page, address)
        card = {"type": "picture-entity", "entity": generic, "camera_view": "live"}
        save(self.first_page, card)

        def renew() -> str:
            reload_entry_of(self.first_page, generic)  # or its stream would go on
            return address

        return self._measure(way, HandMadePage, renew, press_by_hand(self.demo))

    def _measure(
        self,
        way: str,
        kind: type[LivePage],
        renew: Callable[[], str],
        press: Callable[[LivePage, str], Callable[[], None]],
    ) -> Row:
        first, motion = [], []
        for _ in range(self.times):
            self.demo.change(SERIAL, home=True)  # not to an end, where nothing moves
            time.sleep(INTERVAL)  # nobody takes that for what a press has done
            with read_along(renew()), self._open(kind) as live:
                first.append(live.wait_for_frame(seconds=60).at - live.card_at)
                for command in PRESSES:
                    motion.append(seconds_to_motion(live, partial(press, live, command)))
                    time.sleep(INTERVAL)
        row = Row(way, first, motion)
        print(row, flush=True)
        return row

    @contextmanager
    def _open(self, kind: type[LivePage]) -> Iterator[LivePage]:
        state = self.first_page.context.storage_state()
        context: BrowserContext = self.browser.new_context(
            storage_state=state, service_workers="block"
        )
        live = kind(context.new_page(), self.demo, SERIAL)
        live.open()
        yield live
        chromium.close(context)


@contextmanager
def read_along(address: str) -> Iterator[None]:
    """Read a live address, so that the camera's encoder runs, as one does that others watch."""
    reader = subprocess.Popen(
        ["ffmpeg", "-loglevel", "quiet", "-i", address, "-c", "copy", "-f", "null", "-"],
        stdin=subprocess.DEVNULL,
    )
    time.sleep(INTERVAL)
    yield
    reader.kill()
    reader.wait()


def measure(times: int) -> list[Row]:
    """Measure all ways."""
    rows = []
    with (
        tempfile.NamedTemporaryFile("w", suffix=".yaml") as more,
        sync_playwright() as playwright,
    ):
        more.write(REST_COMMAND)
        more.flush()
        browser = chromium.start(playwright.chromium)
        for through, options in (
            ("Home Assistant's player", ["--no-go2rtc"]),
            ("go2rtc", []),
        ):
            with running_demo("--interval", "0", "--configuration", more.name, *options) as demo:
                bench = Bench(browser, demo, times)
                rows += [
                    bench.measure(f"HLS, {through}", "hls"),
                    bench.measure(f"FLV, {through}", "flv"),
                    bench.measure_by_hand(f"by hand (generic camera, HLS), {through}"),
                ]
    return rows


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="script/bench live", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="each page is opened so often")
    parser.add_argument("--json", type=Path, help="where to write it, too")
    arguments = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}, go2rtc: {os.environ.get('GO2RTC', 'stand-in')}")
    print(f"{'seconds: median (least-most)':44} {'card to picture':>22} {'press to motion':>22}")
    rows = measure(arguments.times)
    if arguments.json:
        content = [{"way": row.way, "first": row.first, "motion": row.motion} for row in rows]
        arguments.json.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
