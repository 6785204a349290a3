"""Steering: what a person's press and release become at the platform."""

from __future__ import annotations

from collections.abc import Callable
import time

from page import CAMERA, HASS, QUICK_OPTIONS, START, STOP, CardPage, focus_elsewhere, until
from playwright.sync_api import Page, expect
import pytest

HOLD = 1000  # milliseconds
PULSE = QUICK_OPTIONS["ptz_pulse"]


@pytest.mark.parametrize("command", ["left", "up_left", "zoom_in", "focus_far"])
def test_hold_makes_one_start_and_one_stop(card: CardPage, command: str) -> None:
    def hold() -> None:
        card.press(command)
        card.page.wait_for_timeout(HOLD)
        card.page.mouse.up()

    card.stops_at_once(command, hold)


@pytest.mark.own
def test_long_hold_is_one_move(card: CardPage) -> None:
    card.press("right")
    card.page.wait_for_timeout(10_500)  # longer than the integration would move by itself
    assert card.demo.state(card.serial)["moving"] is not None
    card.page.mouse.up()
    start, stop = card.started_and_stopped("right")
    assert stop.arrived > card.released
    assert stop.arrived - start.arrived > 10.1


def test_the_press_may_take_the_focus_from_something_else(card: CardPage) -> None:
    """For instance from the tab of the dashboard that was clicked just now."""
    focus_elsewhere(card)
    card.press("left")
    card.page.wait_for_timeout(1500)
    card.page.mouse.up()
    start, stop = card.started_and_stopped("left")
    assert stop.arrived - start.arrived > 1


def test_tap_is_a_short_pulse(card: CardPage) -> None:
    card.button("right").click()
    start, stop = card.started_and_stopped("right")
    assert PULSE - 0.1 < stop.arrived - start.arrived < PULSE + 0.5


@pytest.mark.own
def test_screen_reader_press_is_a_short_pulse(card: CardPage) -> None:
    card.button("down").evaluate("button => button.click()")
    start, stop = card.started_and_stopped("down")
    assert PULSE - 0.1 < stop.arrived - start.arrived < PULSE + 0.5


def leave_button(page: Page) -> None:
    page.evaluate("window.released = Date.now() / 1000")
    page.mouse.move(5, 5)


def lose_focus(page: Page) -> None:
    page.evaluate("window.dispatchEvent(new Event('blur'))")


def hide(page: Page) -> None:
    page.evaluate(
        """() => {
            window.released = Date.now() / 1000;
            Object.defineProperty(document, "hidden", {value: true, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )


@pytest.mark.own
@pytest.mark.parametrize("let_go", [leave_button, lose_focus, hide])
def test_letting_go_stops(card: CardPage, let_go: Callable[[Page], None]) -> None:
    def press_and_let_go() -> None:
        card.page.mouse.up()
        card.page.evaluate("delete document.hidden")
        card.press("left")
        card.wait_until_moving()
        let_go(card.page)

    card.stops_at_once("left", press_and_let_go)
    card.page.mouse.up()
    time.sleep(0.3)
    assert len(card.arrived) == 2


def close(page: Page) -> None:
    page.close()


def load_another(page: Page) -> None:
    page.goto("about:blank")


def reload(page: Page) -> None:
    page.reload(wait_until="commit")


def go_elsewhere(page: Page) -> None:
    page.evaluate(
        """() => {
            history.pushState(null, "", "/profile/general");
            window.dispatchEvent(new CustomEvent("location-changed", {detail: {replace: false}}));
        }"""
    )


@pytest.mark.own
@pytest.mark.parametrize("leave", [close, load_another, reload, go_elsewhere])
def test_leaving_the_page_stops(card: CardPage, leave: Callable[[Page], None]) -> None:
    card.press("left")
    card.wait_until_moving()
    left = time.time()
    leave(card.page)
    _, stop = card.started_and_stopped("left")
    assert stop.arrived - left < 1  # the watchdog would have taken ten


@pytest.mark.own
def test_second_pointer_does_not_interfere(card: CardPage) -> None:
    card.press("left")
    card.wait_until_moving()
    for kind in ("pointerdown", "pointerup"):
        card.button("up").dispatch_event(kind, {"pointerId": 77, "button": 0})
    card.page.wait_for_timeout(300)
    assert [call.action for call in card.arrived] == [START]
    card.page.mouse.up()
    card.started_and_stopped("left")


@pytest.mark.own
def test_touch_holds_and_a_cancelled_touch_stops(open_card: Callable[..., CardPage]) -> None:
    card = open_card(about={"has_touch": True, "viewport": {"width": 390, "height": 844}})
    card.button("up").scroll_into_view_if_needed()
    box = card.button("up").bounding_box()
    assert box is not None
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    fingers = card.page.context.new_cdp_session(card.page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    def hold() -> None:
        touch("touchStart", point)
        card.page.wait_for_timeout(HOLD)
        touch("touchEnd")

    card.stops_at_once("up", hold)

    def have_it_cancelled() -> None:
        touch("touchStart", point)
        card.wait_until_moving()
        touch("touchCancel")

    card.open()
    card.stops_at_once("up", have_it_cancelled)

    card.open()
    touch("touchStart", point)
    card.wait_until_moving()
    touch("touchMove", {"x": point["x"], "y": point["y"] - 120})  # the finger slides off
    card.started_and_stopped("up")
    touch("touchEnd")


@pytest.mark.own
@pytest.mark.parametrize(
    ("key", "command"),
    [("ArrowLeft", "left"), ("ArrowUp", "up"), ("+", "zoom_in"), ("-", "zoom_out")],
)
def test_keys_hold(card: CardPage, key: str, command: str) -> None:
    def hold() -> None:
        card.find(".stage").focus()
        card.page.keyboard.down(key)
        for _ in range(5):  # as the keyboard repeats it
            card.page.wait_for_timeout(HOLD / 5)
            card.page.keyboard.down(key)
        card.page.keyboard.up(key)

    card.stops_at_once(command, hold)


@pytest.mark.own
def test_tab_reaches_a_button_and_space_holds_it(card: CardPage) -> None:
    card.find(".stage").focus()
    for _ in range(30):
        card.page.keyboard.press("Tab")
        if card.button("right").evaluate("button => button.matches(':focus')"):
            break
    assert card.button("right").evaluate("b => b.matches(':focus-visible')")
    outline = card.button("right").evaluate("b => getComputedStyle(b).outlineStyle")
    assert outline == "solid"
    card.page.keyboard.down(" ")
    card.page.wait_for_timeout(HOLD)
    card.page.keyboard.up(" ")
    card.started_and_stopped("right")


@pytest.mark.own
def test_key_stops_when_the_focus_leaves(card: CardPage) -> None:
    card.find(".stage").focus()
    card.page.keyboard.down("ArrowRight")
    card.wait_until_moving()
    card.page.evaluate("() => document.activeElement && window.focus()")
    card.find(".stage").evaluate("stage => stage.blur()")
    card.started_and_stopped("right")
    card.page.keyboard.up("ArrowRight")


def test_stop_button_and_home(card: CardPage) -> None:
    card.find(".home").click()
    assert until(lambda: [c.command for c in card.arrived if c.action == START] == [99])
    card.button("stop").click()
    assert until(lambda: [c.command for c in card.arrived] == [99, 99])


@pytest.mark.own
def test_home_shows_that_it_moves_until_it_is_stopped(card: CardPage) -> None:
    card.find(".home").click()
    expect(card.find(".home")).to_have_class("home moving")
    expect(card.find(".pad")).to_have_class("pad moving")
    card.wait_until_moving()
    card.button("stop").click()
    expect(card.find(".home")).to_have_class("home")
    expect(card.find(".pad")).to_have_class("pad")


def test_end_of_the_range_is_told(card: CardPage) -> None:
    card.page.evaluate(
        f"""() => {HASS}.callService("sodalife", "ptz_move",
            {{command: "up", duration: 2}}, {{entity_id: "{CAMERA}"}})"""
    )  # farther than it can
    card.press("up")
    toast = card.page.locator("notification-manager")
    expect(toast.get_by_text("It cannot go further.").first).to_be_visible()
    expect(card.button("up")).to_have_class("up")
    card.page.mouse.up()
    before = len(card.arrived)
    card.press("down")  # and it is not told of other moves
    expect(card.button("down")).to_have_class("down moving")
    card.page.mouse.up()
    assert until(lambda: [call.action for call in card.arrived[before:]] == [START, STOP])


@pytest.mark.own
@pytest.mark.parametrize("show_ptz", [True, False])
def test_escape_stops(open_card: Callable[..., CardPage], show_ptz: bool) -> None:
    card = open_card(show_ptz=show_ptz)
    card.press("zoom_in")
    card.wait_until_moving()
    card.page.keyboard.press("Escape")
    card.started_and_stopped("zoom_in")
    card.page.mouse.up()


@pytest.mark.own
def test_camera_that_goes_away_stops(card: CardPage) -> None:
    card.press("left")
    card.wait_until_moving()
    card.with_hass(f"delete states['{CAMERA}']; card.hass = {{...hass, states}};")
    card.started_and_stopped("left")
    card.page.mouse.up()


@pytest.mark.own
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_waiting_for_its_turn(open_card: Callable[..., CardPage], motion: str) -> None:
    card = open_card(about={"reduced_motion": motion})
    ring = card.with_hass(
        """card.hass = {...hass, callService: () => new Promise(() => {})};
        const button = get("[data-command=left]");
        button.click();
        const { content, animationName } = getComputedStyle(button.firstChild, "::after");
        return [button.className, content, animationName];"""
    )
    assert ring == ["left waiting", '""', "turn" if motion == "no-preference" else "none"]


@pytest.mark.own
def test_typing_does_not_steer(card: CardPage) -> None:
    field = card.find(".speak input")
    field.fill("")
    field.press_sequentially("+-=")
    field.press("ArrowLeft")
    card.page.wait_for_timeout(300)
    assert field.input_value() == "+-="
    assert card.arrived == []
