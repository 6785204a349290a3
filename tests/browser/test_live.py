"""Live pictures by WebRTC, through go2rtc or the stand-in for it: how soon, and at what price."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import statistics
import time
from urllib.parse import urljoin
from urllib.request import urlopen

from conftest import LIVE_OPTIONS, SERIAL
from demo_home import Demo
from live_page import LivePage, pace, seconds_to_motion
from page import CAMERA, HASS, LATEST_START, TRIES, set_options, until
from playwright.sync_api import Page
import pytest

type OpenLive = Callable[..., LivePage]

pytestmark = pytest.mark.alone


def test_picture_and_sound_come_by_webrtc(open_live: OpenLive) -> None:
    live = open_live()
    live.wait_until_live()
    assert all(frame.webrtc for frame in live.frames())
    live.page.wait_for_timeout(3500)  # it begins with what is there already, quicker
    assert 0.8 < pace(live.frames(time.time() - 3)) < 1.25
    video = live.find("video").first
    assert video.evaluate("video => video.muted"), "no sound before somebody asks for it"
    live.find(".mute").click()
    assert until(lambda: not live.find("video").first.evaluate("video => video.muted"))
    live.wait_until_live()
    before = live.sound()
    time.sleep(2)
    after = live.sound()
    # Decoded, and not made up for what did not come.
    assert after["samples"] - before["samples"] > 48_000
    assert after["concealed"] - before["concealed"] < 24_000
    assert after["energy"] > before["energy"]


def test_camera_is_steered_by_eye(
    open_live: OpenLive, record_property: Callable[..., None]
) -> None:
    live = open_live()
    live.wait_until_live()
    presses = ("left", "right", "left", "right", "left")

    def press(command: str) -> Callable[[], None]:
        live.press(command)
        return live.page.mouse.up

    took = []
    for _ in range(TRIES):
        took.append([seconds_to_motion(live, partial(press, command)) for command in presses])
        if statistics.median(took[-1]) <= 0.5:
            break
    record_property("press to motion", took)
    assert min(map(statistics.median, took)) <= 0.5, took


def test_page_shows_live_at_once(
    open_live: OpenLive, live_demo: Demo, record_property: Callable[[str, object], None]
) -> None:
    other = "DEMO0002"  # that nobody has watched yet

    def open_and_close() -> float:
        live = open_live(other)
        took = live.wait_for_frame().at - live.card_at
        asked = [call["endpoint"] for call in live.calls()]
        calls.append([endpoint for endpoint in asked if endpoint != "onlinestatus"])  # for nobody
        live.wait_until_live()
        live.page.close()
        return took

    # A busy machine may be late now and then; a card that takes its time is late always.
    at_first, at_once = [], []
    for _ in range(TRIES):
        calls: list[list[str]] = []
        at_first.append(open_and_close())
        at_once.append(open_and_close())
        # After the first try, another address may have been fetched before somebody comes.
        assert calls[0] == ["liveurl"] or (at_first[1:] and calls[0] == [])
        assert calls[1] == [], "none at all while there is an address"
        if min(at_first) <= 2.5 and min(at_once) <= 1.5:
            break
        live_demo.change(other, kill_live=True)  # an address is wanted again
    record_property("card to first picture", [at_first, at_once])
    assert min(at_first) <= 2.5
    assert min(at_once) <= 1.5


def test_press_does_not_wait_for_live(open_live: OpenLive, live_first_page: Page) -> None:
    set_options(live_first_page, **LIVE_OPTIONS, call_interval=4)
    before = open_live()
    before.wait_until_live()
    before.page.close()
    time.sleep(4.5)  # the call that this may have cost is over and done with
    live = open_live()
    live.press("left")
    live.page.wait_for_timeout(600)
    live.page.mouse.up()
    start, _ = live.started_and_stopped("left")
    assert start.arrived - live.pressed < LATEST_START
    live.wait_until_live()


def test_one_address_serves_all_viewers_of_a_protocol(
    open_live: OpenLive, live_first_page: Page, live_demo: Demo
) -> None:
    live_demo.change(SERIAL, kill_live=True)
    one, two = open_live(), open_live()
    for live in (one, two):
        live.wait_until_live()
    url = live_first_page.evaluate(
        f"""async () => {{
            const {{response}} = await {HASS}.callWS({{
                type: "call_service", domain: "sodalife", service: "get_live_url",
                service_data: {{protocol: "hls"}}, target: {{entity_id: "{CAMERA}"}},
                return_response: true}});
            return response["{CAMERA}"].url;
        }}"""
    )
    recorded = record(url, seconds=4)
    assert recorded >= 3, "segments of a second"
    assert one.is_live()
    assert two.is_live()
    assert sorted(call["protocol"] for call in one.calls("liveurl")) == ["flv", "hls"]


def record(url: str, seconds: float) -> int:
    """Read HLS as a recorder does, and return how many segments there were."""
    segments: set[str] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with urlopen(url, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        for name in {line for line in lines if line and not line.startswith("#")} - segments:
            with urlopen(urljoin(url, name), timeout=10) as answer:
                assert answer.read(1) == b"G"  # MPEG-TS
            segments.add(name)
        time.sleep(0.5)
    return len(segments)
