"""A camera rests for seconds after each call: that is shown, and something comes of each press."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import time

from page import QUICK_OPTIONS, CardPage, set_options, until
from playwright.sync_api import Page, expect
import pytest

type Open = Callable[..., CardPage]

REST = 4
PULSE = QUICK_OPTIONS["ptz_pulse"]


@pytest.fixture
def resting(open_card: Open, first_page: Page) -> Iterator[CardPage]:
    """Have a camera that was moved a moment ago and rests."""
    card = open_card()
    set_options(first_page, call_interval=REST, snapshot_interval=3600)
    card.page.wait_for_timeout(REST * 1000)
    card.button("down").click()
    assert until(lambda: len(card.arrived) == 2, 20)
    card.forget()
    yield card
    set_options(first_page)


def test_a_hold_within_the_rest_shows_a_ring_and_moves_when_the_turn_comes(
    resting: CardPage,
) -> None:
    resting.press("left")
    expect(resting.button("left").locator(".ring")).to_be_visible()
    resting.page.wait_for_timeout(1000)
    offset = "ring => parseFloat(getComputedStyle(ring).strokeDashoffset)"
    before = resting.find(".ring").evaluate(offset)
    resting.page.wait_for_timeout(1000)
    assert resting.find(".ring").evaluate(offset) > before, "it runs down"
    assert resting.arrived == []
    assert until(lambda: len(resting.arrived) == 1, REST + 2)
    expect(resting.find(".ring")).to_be_hidden()
    expect(resting.button("left")).to_have_class("left moving")
    resting.page.mouse.up()
    resting.started_and_stopped("left")


@pytest.mark.own
def test_a_hold_that_is_let_go_before_its_turn_makes_one_step(resting: CardPage) -> None:
    resting.press("left")
    expect(resting.button("left").locator(".ring")).to_be_visible()
    resting.page.wait_for_timeout(500)
    resting.page.mouse.up()
    assert resting.arrived == []
    expect(resting.button("left").locator(".ring")).to_be_visible()
    start, stop = resting.started_and_stopped("left", REST + 4)
    assert PULSE - 0.1 < stop.arrived - start.arrived < PULSE + 0.6
    said = resting.find(".said")
    expect(said).to_have_text("Left: moved one step")
    expect(said).to_have_class("said shown")
    box, stage = said.bounding_box(), resting.find(".stage").bounding_box()
    assert box is not None
    assert stage is not None
    assert stage["y"] < box["y"] < stage["y"] + stage["height"] - box["height"]
    expect(resting.button("left")).to_have_class("left")


@pytest.mark.own
def test_what_is_given_up_before_its_turn_does_not_move(resting: CardPage) -> None:
    resting.press("left")
    expect(resting.button("left").locator(".ring")).to_be_visible()
    resting.page.mouse.move(5, 5)
    said = resting.find(".said")
    expect(said).to_have_text("Left: let go before its turn, not moved")
    expect(said).to_have_class("said shown")
    time.sleep(REST + 1)
    assert [call for call in resting.arrived if call.action == 0] == []
    resting.page.mouse.up()


@pytest.mark.own
def test_what_moves_is_said_to_those_who_do_not_see_it(card: CardPage) -> None:
    said = card.find(".said")
    expect(said).to_have_attribute("role", "status")
    card.press("up")
    expect(said).to_have_text("Up: moving")
    expect(said).to_have_class("said")
    card.page.mouse.up()
    card.find(".capture").click()
    expect(said).to_have_text("Photo taken")


@pytest.mark.own
def test_what_was_sent_is_said(card: CardPage) -> None:
    card.with_hass("card.hass = {...hass, callService: async () => ({})};")
    card.find(".speak input").fill("Good morning")
    card.find(".send").click()
    said = card.find(".controls .unseen")
    expect(said).to_have_text("Sent to the camera")
