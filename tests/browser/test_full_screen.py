"""The picture, opened large: by mouse, by touch and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
import re

from page import LIVE, PLAYER, START, STOP, CardPage, set_options, until
from playwright.sync_api import Page, expect
import pytest

type Open = Callable[..., CardPage]

LANDSCAPE = {"viewport": {"width": 844, "height": 390}, "has_touch": True, "is_mobile": True}


def is_open(card: CardPage) -> bool:
    return bool(card.find(".body").evaluate("body => body.matches(':popover-open')"))


def scale(card: CardPage) -> float:
    """Return how much the picture is enlarged."""
    script = "view => new DOMMatrix(getComputedStyle(view).transform).a"
    return float(card.find(".view").evaluate(script))


@pytest.fixture
def large(card: CardPage) -> CardPage:
    card.find(".stage").click()
    expect(card.find(".body.large")).to_be_visible()
    return card


def test_a_click_opens_it_with_controls_that_steer(large: CardPage) -> None:
    box = large.find(".body").bounding_box()
    viewport = large.page.viewport_size
    assert box is not None
    assert viewport is not None
    assert (box["width"], box["height"]) == (viewport["width"], viewport["height"])
    large.forget()
    large.press("right")
    large.wait_until_moving()
    large.page.mouse.up()
    large.started_and_stopped("right")
    large.find(".open").click()
    expect(large.find(".body")).not_to_have_class(re.compile("large"))


@pytest.mark.own
def test_a_drag_does_not_open_it(card: CardPage) -> None:
    card.find(".stage").hover()
    card.page.mouse.down()
    card.page.mouse.move(400, 150, steps=5)
    card.page.mouse.up()
    card.page.wait_for_timeout(500)
    assert not is_open(card)


@pytest.mark.own
def test_escape_stops_what_is_held_then_closes(large: CardPage) -> None:
    large.forget()
    large.press("up")
    large.wait_until_moving()
    large.page.keyboard.press("Escape")
    large.started_and_stopped("up")
    assert is_open(large)
    large.page.mouse.up()
    large.page.keyboard.press("Escape")
    assert until(lambda: not is_open(large))


def test_the_way_back_closes_it_and_stays_on_the_page(large: CardPage) -> None:
    where = large.page.url
    large.page.go_back()
    assert until(lambda: not is_open(large))
    assert large.page.url == where
    expect(large.find(".stage")).to_be_visible()


@pytest.mark.own
def test_closing_it_leaves_no_step_back_behind(card: CardPage) -> None:
    before = card.page.evaluate("history.length")
    for _ in range(2):
        card.find(".stage").click()
        expect(card.find(".body.large")).to_be_visible()
        card.page.keyboard.press("Escape")
        assert until(lambda: not is_open(card))
        card.page.wait_for_timeout(300)
    assert card.page.evaluate("history.length") <= before + 1
    assert card.page.evaluate("history.state?.sodalife ?? null") is None


@pytest.mark.own
def test_wheel_zooms_the_picture_and_never_the_camera(large: CardPage) -> None:
    large.forget()
    calls = large.call_count
    large.page.mouse.move(300, 300)
    large.page.mouse.wheel(0, -400)
    assert until(lambda: scale(large) > 1.5)
    large.page.mouse.wheel(0, -9000)
    assert until(lambda: scale(large) == 8)
    before = large.find(".view").evaluate("view => view.getBoundingClientRect().left")
    large.page.mouse.down()
    large.page.mouse.move(350, 300, steps=4)
    large.page.mouse.up()
    after = large.find(".view").evaluate("view => view.getBoundingClientRect().left")
    assert after - before == pytest.approx(50, abs=2)
    large.page.mouse.wheel(0, 9000)
    assert until(lambda: scale(large) == 1)
    assert large.arrived == []
    assert large.call_count <= calls + 1, "a renewed still, at most"


@pytest.mark.own
def test_a_double_click_enlarges_and_another_shows_all(large: CardPage) -> None:
    large.page.mouse.dblclick(300, 300)
    assert until(lambda: scale(large) > 2)
    large.page.wait_for_timeout(500)
    large.page.mouse.dblclick(300, 300)
    assert until(lambda: scale(large) == 1)


@pytest.mark.own
def test_it_is_small_and_whole_again_after_closing(large: CardPage) -> None:
    large.page.mouse.move(300, 300)
    large.page.mouse.wheel(0, -400)
    assert until(lambda: scale(large) > 1)
    large.page.keyboard.press("Escape")
    assert until(lambda: not is_open(large))
    assert scale(large) == 1


@pytest.mark.own
def test_keyboard_opens_enlarges_pans_steers_and_closes(card: CardPage) -> None:
    keys = card.page.keyboard
    card.find(".stage").focus()
    keys.press("Enter")
    expect(card.find(".body.large")).to_be_visible()
    card.forget()
    card.find(".enlarge").focus()
    keys.press("Enter")
    keys.press("Enter")
    assert until(lambda: scale(card) > 2)
    card.find(".stage").focus()
    keys.press("Shift+ArrowRight")
    moved = card.find(".view").evaluate("v => new DOMMatrix(getComputedStyle(v).transform).e")
    assert moved < -50
    card.page.wait_for_timeout(300)
    assert card.arrived == [], "that was for the picture"
    keys.down("ArrowRight")
    card.wait_until_moving()
    keys.up("ArrowRight")
    card.started_and_stopped("right")
    keys.press("Enter")
    assert until(lambda: not is_open(card))
    assert card.find(".open").evaluate("button => button.matches(':focus')")


@pytest.mark.own
def test_phone_in_landscape_by_touch(open_card: Open) -> None:
    card = open_card(about=LANDSCAPE)
    card.find(".stage").tap()
    expect(card.find(".body.large")).to_be_visible()
    for button in card.find(".controls button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= 844
        assert box["y"] + box["height"] <= 390
    card.forget()
    card.button("left").tap()
    assert until(lambda: [call.action for call in card.arrived] == [START, STOP])
    fingers = card.page.context.new_cdp_session(card.page)

    def touch(kind: str, *xs: int) -> None:
        points = [{"x": x, "y": 120, "id": number} for number, x in enumerate(xs)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 200)
    touch("touchStart", 200, 260)
    touch("touchMove", 150, 310)
    touch("touchEnd")
    assert until(lambda: scale(card) > 2)


@pytest.mark.own
@pytest.mark.parametrize("size", [(390, 844), (844, 390), (1280, 720)], ids=str)
def test_many_phrases_leave_the_picture_and_the_way_back(
    open_card: Open, first_page: Page, size: tuple[int, int]
) -> None:
    words = "您好，快递请放在门口的柜子里，谢谢，我马上就回来取，请不要走开"
    set_options(first_page, phrases=[f"{number} {words}" for number in range(12)])
    try:
        width, height = size
        card = open_card({"viewport": {"width": width, "height": height}})
        card.find(".stage").click()
        expect(card.find(".body.large")).to_be_visible()
        expect(card.find(".phrases button")).to_have_count(12)
        stage = card.find(".stage").bounding_box()
        assert stage is not None
        assert stage["height"] > height / 3
        card.find(".phrases button").last.scroll_into_view_if_needed()
        expect(card.find(".phrases button").last).to_be_in_viewport()
        card.find(".open").click(timeout=3000)
        expect(card.find(".body")).not_to_have_class(re.compile("large"))
    finally:
        set_options(first_page)


def test_a_wide_card_s_picture_has_all_of_the_page(open_card: Open) -> None:
    """Where there is room, the controls are beside the picture; large, they are on it."""
    card = open_card({"viewport": {"width": 1280, "height": 720}}, view_type="panel")
    beside = card.find(".controls").bounding_box()
    picture = card.find(".picture").bounding_box()
    assert beside is not None
    assert picture is not None
    assert beside["x"] >= picture["x"] + picture["width"]
    card.find(".stage").click()
    expect(card.find(".body.large")).to_be_visible()
    picture = card.find(".picture").bounding_box()
    assert picture is not None
    assert picture["width"] == 1280


def test_focus_stays_within_it(large: CardPage) -> None:
    within = "() => document.activeElement && true"
    for _ in range(40):
        large.page.keyboard.press("Tab")
        assert large.page.evaluate(within)
    focused = "card => card.shadowRoot.activeElement !== null"
    assert large.element.evaluate(focused)


def test_errors_are_seen_on_it_and_dialogs_close_it(large: CardPage) -> None:
    large.with_hass(
        """const callService = () => Promise.reject(new Error("It did not work."));
        card.hass = {...hass, callService};
        get(".capture").click();"""
    )
    expect(large.find(".said.shown")).to_have_text("It did not work.")
    large.find(".more").click()
    assert until(lambda: not is_open(large))
    expect(large.page.locator("ha-more-info-dialog")).to_be_attached()


@pytest.mark.own
def test_what_lies_on_the_picture_fades(large: CardPage) -> None:
    large.page.mouse.move(200, 300)
    opacity = "part => getComputedStyle(part).opacity"
    caption = large.find(".caption")
    assert caption.evaluate(opacity) == "1"
    large.find(".stage").focus()
    assert until(lambda: caption.evaluate(opacity) == "0", 8)
    large.page.mouse.move(220, 300)
    assert until(lambda: caption.evaluate(opacity) == "1", 3)


def test_the_picture_goes_on_when_it_is_opened(open_card: Open) -> None:
    card = open_card(live=True)
    expect(card.find(".badge")).to_have_text(LIVE, timeout=30_000)
    card.find(PLAYER).evaluate("player => player.isTheSame = true")
    time = card.find("video").evaluate("video => video.currentTime")
    card.find(".stage").click()
    expect(card.find(".body.large")).to_be_visible()
    assert card.find(PLAYER).evaluate("player => player.isTheSame")
    assert until(lambda: card.find("video").evaluate("video => video.currentTime") > time + 1)
    expect(card.find(".badge")).to_have_text(LIVE)
