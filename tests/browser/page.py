"""What the tests do with a page and see on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import re
import time
from typing import Any

from demo_home import Demo
from playwright.sync_api import Locator, Page

DASHBOARD = "sodalife-demo"
PLACE = "browser-test"  # the dashboard that the tests write
CAMERA = "camera.demo0001"
TAG = "sodalife-camera-card"
START, STOP = 0, 1
LIVE = re.compile("^Live")
PLAYER = "ha-hls-player"
LATEST_START = 0.4  # seconds from the press to the platform
LATEST_STOP = 0.15  # seconds from the release to the platform
TRIES = 3
COMMANDS = {
    "up": 0,
    "down": 1,
    "left": 2,
    "right": 3,
    "up_left": 4,
    "zoom_in": 8,
    "zoom_out": 9,
    "focus_far": 11,
}

HASS = "document.querySelector('home-assistant')?.hass"
# When a pointer or a key was pressed and let go, by the clock that the platform goes by, too.
NOTE_PRESSES = """
window.pressed = window.released = 0;
for (const type of ["pointerdown", "keydown", "touchstart"])
  window.addEventListener(type, event => {
    if (!event.repeat) window.pressed = Date.now() / 1000;
  }, true);
for (const type of ["pointerup", "keyup", "touchend", "touchcancel", "blur"])
  window.addEventListener(type, () => { window.released = Date.now() / 1000; }, true);
"""
QUICK_OPTIONS = {
    "snapshot_interval": 2,
    "call_interval": 0,
    "poll_interval": 10,
    "live_protocol": "hls",
    "ptz_pulse": 0.5,
}


def until[T](look: Callable[[], T], seconds: float = 10) -> T:
    """Return the first true value, or the last one when the time is over."""
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def wait_for_hass(page: Page) -> None:
    """Wait until the page talks to its Home Assistant."""
    page.wait_for_function(f"{HASS}?.states?.['{CAMERA}'] && {HASS}.connected", timeout=60_000)


def quicken(page: Page) -> None:
    """Take the pauses out of the integration, and make a dashboard for the tests."""
    wait_for_hass(page)
    set_options(page)
    make_dashboard(page)


def make_dashboard(page: Page, title: str = "Test") -> None:
    """Make the dashboard that the tests write."""
    page.evaluate(
        f"""title => {HASS}.callWS({{type: "lovelace/dashboards/create", url_path: "{PLACE}",
            title, mode: "storage"}})""",
        title,
    )


def set_options(page: Page, **options: Any) -> None:
    """Set the integration's options; what is not named is quick."""
    page.evaluate(
        f"""async options => {{
            const hass = {HASS};
            const entries = "config/config_entries/entry?domain=sodalife";
            const [entry] = await hass.callApi("GET", entries);
            const path = "config/config_entries/options/flow";
            const flow = await hass.callApi("POST", path, {{handler: entry.entry_id}});
            await hass.callApi("POST", `${{path}}/${{flow.flow_id}}`, options);
        }}""",
        {**QUICK_OPTIONS, **options},
    )


def save(page: Page, *cards: dict[str, Any], view_type: str = "sections") -> None:
    """Save the tests' dashboard with some cards, of ours unless they say otherwise."""
    all_cards = [{"type": f"custom:{TAG}", **card} for card in cards]
    view: dict[str, Any] = {"type": view_type, "cards": all_cards}
    if view_type == "sections":
        view = {"type": "sections", "sections": [{"type": "grid", "cards": all_cards}]}
    page.evaluate(
        f"""config => {HASS}.callWS(
            {{type: "lovelace/config/save", url_path: "{PLACE}", config}})""",
        {"views": [view]},
    )


def focus_elsewhere(card: CardPage) -> None:
    """Have the focus where it is after a click on a tab, or into a search field."""
    card.page.evaluate(
        """() => {
            const field = document.body.appendChild(document.createElement("input"));
            field.style = "position: fixed; bottom: 0; right: 0; width: 1px";
            field.focus();
        }"""
    )


@dataclass(frozen=True)
class Call:
    """A PTZ call that arrived at the platform."""

    action: int
    command: int
    arrived: float


class CardPage:
    """A page with one card, and what the camera behind it was told since it was opened."""

    def __init__(self, page: Page, demo: Demo, serial: str) -> None:
        self.page = page
        self.demo = demo
        self.serial = serial
        self._calls_before = 0
        page.add_init_script(NOTE_PRESSES)

    def open(self, *, cards: bool = True) -> None:
        """Open the dashboard, anew if it is open."""
        self.open_dashboard()
        if cards:
            self.find(".stage").wait_for()
            self.find(
                ".still img, .playing"
            ).first.wait_for()  # a photo being taken holds up a move
            self.page.wait_for_timeout(300)
        self.forget()

    def open_dashboard(self) -> None:
        """Go to the dashboard, and wait until it talks to its Home Assistant."""
        self.page.goto(f"{self.demo.url}/{PLACE}/0")
        wait_for_hass(self.page)

    def forget(self) -> None:
        """Leave out of the account what the camera has been told so far."""
        self._calls_before = self.call_count

    @property
    def element(self) -> Locator:
        return self.page.locator(TAG).first

    def find(self, selector: str) -> Locator:
        """Find something in the card."""
        return self.element.locator(selector)

    def button(self, command: str) -> Locator:
        return self.find(f"[data-command={command}]")

    @property
    def call_count(self) -> int:
        return int(self.demo.state(self.serial)["call_count"])

    @property
    def arrived(self) -> list[Call]:
        """The PTZ calls that arrived since the page was opened."""
        state = self.demo.state(self.serial)
        count = state["call_count"] - self._calls_before
        calls = state["calls"][-count:] if count else []
        return [
            Call(call["action"], call["command"], call["arrived"])
            for call in calls
            if call["endpoint"] == "controlling"
        ]

    def started_and_stopped(self, command: str, seconds: float = 5) -> tuple[Call, Call]:
        """Return the one start and the one stop that there have been, and no more."""
        number = COMMANDS[command]
        until(lambda: len(self.arrived) >= 2, seconds)
        time.sleep(0.3)  # for what should not come
        calls = self.arrived
        assert [(call.action, call.command) for call in calls] == [
            (START, number),
            (STOP, number),
        ]
        return calls[0], calls[1]

    def stops_at_once(self, command: str, move: Callable[[], None]) -> None:
        """Have something moved and let go: each time one start, one stop, and the stop soon.

        A busy machine may be late now and then, so that there are three tries; a card that
        takes its time is late always.
        """
        late = []
        for _ in range(TRIES):
            self.demo.change(self.serial, home=True)
            self.forget()
            move()
            start, stop = self.started_and_stopped(command)
            delays = (start.arrived - self.pressed, stop.arrived - self.released)
            if delays[0] < LATEST_START and 0 < delays[1] < LATEST_STOP:
                return
            late.append(delays)
        assert not late, f"seconds from press to start and from release to stop: {late}"

    def wait_until_moving(self) -> None:
        assert until(lambda: bool(self.arrived)), "no start arrived"

    def press(self, command: str) -> None:
        """Put the mouse onto a button and hold it."""
        self.button(command).hover()
        self.page.mouse.down()

    @property
    def pressed(self) -> float:
        """When something was pressed, in seconds since the epoch."""
        return float(self.page.evaluate("window.pressed"))

    @property
    def released(self) -> float:
        """When something was let go, in seconds since the epoch."""
        return float(self.page.evaluate("window.released"))

    def with_hass(self, script: str) -> Any:
        """Run a script on `card`, which can give it another `hass` until the next change."""
        return self.element.evaluate(
            f"""async card => {{
                const hass = card._hass;
                const states = {{...hass.states}};
                const root = card.shadowRoot;
                const get = selector => root.querySelector(selector);
                const wait = ms => new Promise(resolve => setTimeout(resolve, ms));
                {script}
            }}"""
        )

    def state_of(self, entity_id: str) -> Any:
        return self.page.evaluate(f"id => {HASS}.states[id]", entity_id)

    def config(self) -> dict[str, Any]:
        """Return the card's configuration as Home Assistant has saved it."""
        saved = self.page.evaluate(
            f"""() => {HASS}.callWS({{type: "lovelace/config", url_path: "{PLACE}"}})"""
        )
        (config,) = saved["views"][0]["sections"][0]["cards"]
        return dict(config)
