"""Live pictures by WebRTC, through go2rtc or the stand-in for it: how soon, and at what price."""

from __future__ import annotations

from collections.abc import Callable
import statistics
import time

from conftest import LIVE_OPTIONS, SERIAL
from live_page import LivePage, pace
from page import set_options, until
from playwright.sync_api import Page, expect
import pytest

type OpenLive = Callable[..., LivePage]

PRESSES = 5
MOTION = 3.0  # how much a frame of a picture that moves differs from the one before, at least


def test_picture_and_sound_come_by_webrtc(open_live: OpenLive) -> None:
    live = open_live()
    live.wait_until_live()
    assert all(frame.webrtc for frame in live.frames())
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


def seconds_to_motion(live: LivePage, command: str) -> float:
    """Press a button, and return how long it takes until the picture moves."""
    assert until(lambda: is_quiet(live)), "the picture does not come to rest"
    live.press(command)
    pressed = live.pressed
    moved = until(
        lambda: [frame for frame in live.frames(pressed) if frame.change > MOTION], seconds=3
    )
    live.page.mouse.up()
    assert moved, f"nothing moved: {[round(f.change, 1) for f in live.frames(pressed)]}"
    return moved[0].at - pressed


def is_quiet(live: LivePage) -> bool:
    """Tell whether the picture has moved, but its camera has not, for a while."""
    frames = live.frames(time.time() - 0.8)
    return len(frames) > 4 and all(frame.change < MOTION for frame in frames)


def test_camera_is_steered_by_eye(open_live: OpenLive, record_property: Callable[..., None]) -> None:
    live = open_live()
    live.wait_until_live()
    took = [
        seconds_to_motion(live, command)
        for command in ("left", "right", "left", "right", "left")[:PRESSES]
    ]
    record_property("press to motion", took)
    print(f"press to motion: {[round(seconds, 2) for seconds in took]} s")
    assert statistics.median(took) <= 0.5, took
