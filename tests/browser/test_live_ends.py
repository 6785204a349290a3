"""Live pictures that end, cannot be shown, or change their way: what a card does about it."""

from __future__ import annotations

from collections.abc import Callable
import re
import time

from conftest import LIVE_OPTIONS, SERIAL
from demo_home import Demo
from live_page import LivePage
from page import set_options, until
from playwright.sync_api import Page, expect
import pytest

type OpenLive = Callable[..., LivePage]

pytestmark = pytest.mark.alone

MAY_BE_LATE = 3  # seconds, on a busy machine


def test_address_that_ends_is_replaced(open_live: OpenLive, live_demo: Demo) -> None:
    live = open_live()
    live.wait_until_live()
    killed = time.time()
    live_demo.change(SERIAL, kill_live=True)
    assert until(lambda: live.longest_gap(killed) > 2), "the picture has stopped"
    assert until(lambda: live.frames(time.time() - 1), 12 - 2), f"12 s later: {live.words}"
    moving = time.time()
    live.wait_until_live()
    assert moving - killed <= 12
    live.never_called_live_what_stood_still(killed)


def test_go2rtc_that_ends_is_missed_and_comes_back(open_live: OpenLive, live_demo: Demo) -> None:
    # The demo starts it again 15 s later.
    live = open_live()
    live.wait_until_live()
    killed = time.time()
    live_demo.end_go2rtc()
    assert until(lambda: live.longest_gap(killed) > 2), "the picture has stopped"
    assert until(lambda: live.words not in {"", "Live"}, 15 - 2), f"15 s later: {live.words}"
    live.wait_until_live(60)
    live.never_called_live_what_stood_still(killed)
    assert until(lambda: live_demo.has_go2rtc, 30)
    # By HLS meanwhile; the card sees after 30 s whether WebRTC works again.
    assert until(lambda: any(frame.webrtc for frame in live.frames(time.time() - 1)), 60)
    live.wait_until_live()
    live.never_called_live_what_stood_still(killed)


@pytest.mark.own
def test_short_cuts_are_hardly_seen(open_live: OpenLive, live_demo: Demo) -> None:
    live_demo.change(SERIAL, live_cut=5)
    live = open_live()
    live.wait_until_live()
    since = time.time()
    time.sleep(11)  # two cuts at least
    assert live.longest_gap(since) <= 3
    live.never_called_live_what_stood_still(since)
    assert not live.calls("capture")


@pytest.mark.own
def test_h265_is_shown_or_explained(open_live: OpenLive, live_demo: Demo) -> None:
    live_demo.change(SERIAL, live_h265=True, kill_live=True)
    live = open_live()
    assert until(lambda: live.why or live.frames(time.time() - 1), 20), live.words
    if not live.frames():
        assert "H.265" in live.why


@pytest.mark.own
def test_encrypted_video_is_explained(open_live: OpenLive, live_demo: Demo) -> None:
    live_demo.change(SERIAL, encrypted=True, kill_live=True)
    live = open_live()
    expect(live.find(".why")).to_have_text(re.compile("encryption is on"), timeout=20_000)
    live_demo.change(SERIAL, encrypted=False)


def test_protocol_changes_while_two_pages_watch(open_live: OpenLive, live_first_page: Page) -> None:
    pages = [open_live(), open_live()]
    for live in pages:
        live.wait_until_live()
    for protocol in ("hls", "flv"):
        changed = time.time()
        set_options(live_first_page, **{**LIVE_OPTIONS, "live_protocol": protocol})
        for live in pages:
            live.wait_until_live(changed + 15 + MAY_BE_LATE - time.time())
        time.sleep(2)
        assert all(live.is_live() for live in pages), [live.words for live in pages]
        for live in pages:
            live.never_called_live_what_stood_still(changed)
