"""Hold to talk, with Chromium's fake microphone: from the press to the clip at the camera."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
import re
import time
from typing import Any
from urllib.request import urlopen

import chromium
from conftest import SERIAL
from demo_home import Demo
from page import (
    CAMERA,
    HASS,
    CardPage,
    focus_elsewhere,
    save,
    set_options,
    until,
    wait_for_hass,
)
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
import pytest
from spoken import (
    BEFORE,
    MARGIN,
    RATE,
    likeness,
    likeness_of_loudness,
    samples_of,
    speech,
    write,
)

LATEST = 0.4  # seconds from the release until the camera has it
TRIES = 3
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
RECORDER = re.compile(r"/recorder\.js")
ELSEWHERE = "home.test"  # another name of this machine's: http there is not safe to a browser

type Open = Callable[..., CardPage]


@pytest.fixture(scope="session")
def said(tmp_path_factory: pytest.TempPathFactory) -> array[int]:
    return speech(tmp_path_factory.mktemp("said"))


@pytest.fixture(scope="session")
def microphone(said: array[int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("microphone") / "heard.wav"
    write(path, said)
    return path


@pytest.fixture(scope="session")
def launch(browser: Browser, microphone: Path) -> Iterator[Callable[..., Browser]]:
    """Start a browser with a fake microphone, once for each answer to the question for it."""
    started: dict[str, Browser] = {}

    def launch(answer: str = "allow") -> Browser:
        if answer not in started or not started[answer].is_connected():
            options = [
                "--use-fake-device-for-media-stream",
                f"--use-fake-ui-for-media-stream{'=deny' if answer == 'deny' else ''}",
                f"--use-file-for-fake-audio-capture={microphone}%noloop",
                f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
            ]
            started[answer] = chromium.start(browser.browser_type, *options)
        return started[answer]

    yield launch
    for each in started.values():
        each.close()


@pytest.fixture
def open_talk(launch: Callable[..., Browser], demo: Demo, first_page: Page) -> Iterator[Open]:
    """Open a card in a browser with a microphone."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def open_talk(
        answer: str = "allow", log_in: Any = None, url: str | None = None, **about: Any
    ) -> CardPage:
        save(first_page, {"entity": CAMERA, "live": False})
        state = log_in or first_page.context.storage_state()
        # Blocked: what service workers fetch is not seen by `Page.route`.
        context = launch(answer).new_context(storage_state=state, service_workers="block", **about)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        card = CardPage(page, Demo(url or demo.url, demo.platform), SERIAL)
        card.open()
        card.find(".talk").wait_for()
        return card

    yield open_talk
    for context in opened:
        chromium.close(context)
    assert [error for error in errors if "sodalife" in error.lower()] == []


def voices(card: CardPage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = card.demo.state(SERIAL)["voices"]
    return found


def sent(card: CardPage) -> int:
    """Return the number of the newest clip that the camera has."""
    return max((voice["number"] for voice in voices(card)), default=0)


def clip(card: CardPage, number: int) -> bytes:
    with urlopen(f"{card.demo.platform}/_sim/cameras/{SERIAL}/voices/{number}") as answer:
        content: bytes = answer.read()
    return content


@contextmanager
def held(card: CardPage) -> Iterator[None]:
    """Hold the button with the mouse from when it records; the test lets go."""
    card.find(".talk").hover()
    card.page.mouse.down()
    expect(card.find(".talk")).to_have_class(re.compile("held"))
    yield
    card.page.mouse.up()


def quiet(card: CardPage) -> None:
    """Wait until the speaker is free."""
    free = f"{HASS}.states[Object.keys({HASS}.states).find(id => /media_player.*0001/.test(id))]"
    card.page.wait_for_function(f"{free}.state === 'idle'", timeout=60_000)


def say(card: CardPage, said: array[int]) -> tuple[array[int], float]:
    """Hold the button while something is said; return the clip and how soon the camera has it."""
    quiet(card)
    before = sent(card)
    seconds = len(said) / RATE
    with held(card):
        card.page.wait_for_timeout((BEFORE + seconds + 0.5) * 1000)
    assert until(lambda: sent(card) > before)
    expect(card.find(".told")).to_have_text("Playing, as far as the platform tells")
    (voice,) = [one for one in voices(card) if one["number"] > before]
    assert abs(voice["duration"] - seconds - 2 * MARGIN) < 0.1
    return samples_of(clip(card, voice["number"])), voice["received"] - card.released


def test_what_is_said_is_what_the_camera_has(open_talk: Open, said: array[int]) -> None:
    card = open_talk()
    late = []
    for _ in range(TRIES):  # a busy machine may be late now and then
        heard, after = say(card, said)
        assert likeness_of_loudness(heard, said) >= 0.9
        assert likeness_of_loudness(heard[::-1], said) < 0.5, "anything would be like it"
        late.append(after)
        if after < LATEST:
            break
    else:
        pytest.fail(f"seconds from the release until the camera has it: {late}")
    told = card.find(".told")
    expect(told).to_have_text("Played, as far as the platform tells", timeout=15_000)
    assert told.get_attribute("role") == "status"


@pytest.mark.own
def test_the_card_itself_changes_nothing_but_the_loudness(
    open_talk: Open, said: array[int]
) -> None:
    """Without what the browser does against noise and echo, it is the same wave by wave."""
    card = open_talk()
    card.page.evaluate(
        """() => {
            const { mediaDevices } = navigator;
            const ask = mediaDevices.getUserMedia.bind(mediaDevices);
            const audio =
                {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
            mediaDevices.getUserMedia = () => ask({audio});
        }"""
    )
    heard, _ = say(card, said)
    assert likeness(heard, said) >= 0.98
    assert 3000 < max(map(abs, heard)) <= 29500


@pytest.mark.own
def test_what_is_seen_while_it_is_held(open_talk: Open) -> None:
    card = open_talk()
    level = "meter => new DOMMatrix(getComputedStyle(meter).transform).a"
    with held(card):
        expect(card.find(".slide")).to_have_text("Slide off to discard")
        expect(card.find(".seconds")).to_have_text("0:02")
        meter = card.find(".level i")
        assert until(lambda: meter.evaluate(level) > 0.3)  # there are pauses between the words
        card.page.mouse.move(5, 5)
    expect(card.find(".spoken")).to_be_hidden()


@pytest.mark.own
def test_what_records_is_loaded_by_the_first_press(open_talk: Open) -> None:
    card = open_talk()

    def loaded() -> set[str]:
        names = "performance.getEntriesByType('resource').map(({name}) => name.split('/').at(-1))"
        return set(card.page.evaluate(names)) & {"recorder.js", "pcm.js", "talk.js"}

    assert loaded() == {"talk.js"}
    with held(card):
        assert loaded() == {"recorder.js", "pcm.js", "talk.js"}


def test_sliding_off_sends_nothing_and_lets_the_microphone_go(open_talk: Open) -> None:
    card = open_talk()
    microphones = follow_microphones(card)
    before = sent(card)
    with held(card):
        card.page.wait_for_timeout(2500)
        assert microphones() == ["live"]
        card.page.mouse.move(5, 5)
        expect(card.find(".told")).to_have_text("Discarded. Nothing was sent.")
        assert microphones() == ["ended"]
    time.sleep(0.5)
    assert sent(card) == before
    with held(card):  # the next one is as good as ever
        card.page.wait_for_timeout(2500)
    assert until(lambda: sent(card) == before + 1)
    assert microphones() == ["ended"] * 2


def test_the_microphone_is_let_go_with_the_button_whatever_is_waited_for(open_talk: Open) -> None:
    """On a slow network, what records is not there yet."""
    card = open_talk()
    microphones = follow_microphones(card)
    delayed: list[Route] = []

    def delay(route: Route) -> None:
        delayed.append(route)

    card.page.route(RECORDER, delay)
    before = sent(card)
    card.find(".talk").hover()
    card.page.mouse.down()
    expect(card.find(".slide")).to_have_text(re.compile("Asking"))
    card.page.wait_for_timeout(1500)
    assert microphones() == ["live"]
    card.page.mouse.up()
    assert until(lambda: microphones() == ["ended"], 1)
    expect(card.find(".told")).to_have_text(re.compile("microphone is ready: press and hold"))
    for route in delayed:
        route.continue_()
    card.page.unroute(RECORDER)
    card.page.wait_for_timeout(1000)
    with held(card):  # the next one is as good as ever
        card.page.wait_for_timeout(2500)
    assert until(lambda: sent(card) == before + 1)
    assert microphones() == ["ended"] * 2


@pytest.mark.parametrize("how", ["the card goes", "the camera goes"])
def test_nobody_records_on_when_there_is_no_card(open_talk: Open, how: str) -> None:
    card = open_talk()
    microphones = follow_microphones(card)
    before = sent(card)
    card.find(".talk").focus()
    card.page.keyboard.press("Enter")
    expect(card.find(".talk")).to_have_class(re.compile("held"))
    card.page.wait_for_timeout(2500)
    card.with_hass(
        {
            "the card goes": "card.remove();",
            "the camera goes": f'delete states["{CAMERA}"]; card.hass = {{...hass, states}};',
        }[how]
    )
    assert until(lambda: microphones() == ["ended"], 1)
    time.sleep(0.5)
    assert sent(card) == before


def follow_microphones(card: CardPage) -> Callable[[], list[str]]:
    """Follow what the page opens from now on; return how to look what has become of it."""
    card.page.evaluate(
        """() => {
            const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            window.tracks = [];
            navigator.mediaDevices.getUserMedia = async wanted => {
                const stream = await ask(wanted);
                window.tracks.push(...stream.getTracks());
                return stream;
            };
        }"""
    )
    states = "tracks.map(track => track.readyState)"
    return lambda: list(card.page.evaluate(states))


def test_less_than_half_a_second_is_a_hint(open_talk: Open) -> None:
    card = open_talk()
    before = sent(card)
    with held(card):
        pass
    expect(card.find(".told")).to_have_text("Press and hold for as long as you speak.")
    time.sleep(0.5)
    assert sent(card) == before


@pytest.mark.own
def test_silence_is_not_sent(open_talk: Open) -> None:
    card = open_talk()
    before = sent(card)
    with held(card):
        card.page.wait_for_timeout(800)  # of the silence before the words
    expect(card.find(".told")).to_have_text(re.compile("Nothing was heard"))
    assert sent(card) == before


@pytest.mark.parametrize("key", ["Space", "Enter", "screen reader"])
@pytest.mark.own
def test_without_a_pointer(open_talk: Open, key: str) -> None:
    card = open_talk()
    quiet(card)
    before = sent(card)
    button = card.find(".talk")
    button.focus()
    press: Callable[[], None] = {
        "Space": lambda: card.page.keyboard.down("Space"),
        "Enter": lambda: card.page.keyboard.press("Enter"),
        "screen reader": lambda: button.evaluate("button => button.click()"),
    }[key]
    press()
    expect(button).to_have_class(re.compile("held"))
    card.page.wait_for_timeout(2500)
    if key == "Space":
        card.page.keyboard.up("Space")
    else:
        press()
    assert until(lambda: sent(card) == before + 1)


@pytest.mark.parametrize("where", ["in the card", "elsewhere"])
def test_the_press_may_take_the_focus_from_something_else(open_talk: Open, where: str) -> None:
    card = open_talk()
    quiet(card)
    before = sent(card)
    if where == "in the card":
        card.find(".speak input").focus()
    else:
        focus_elsewhere(card)
    with held(card):
        card.page.wait_for_timeout(2500)
        expect(card.find(".talk")).to_have_class(re.compile("held"))
    assert until(lambda: sent(card) == before + 1)


@pytest.mark.own
def test_escape_discards_and_does_no_more(open_talk: Open) -> None:
    card = open_talk()
    before = sent(card)
    card.find(".stage").click()
    expect(card.find(".body.large")).to_be_visible()
    card.find(".talk").focus()
    card.page.keyboard.down("Space")
    expect(card.find(".talk")).to_have_class(re.compile("held"))
    card.page.wait_for_timeout(2000)
    card.page.keyboard.press("Escape")
    expect(card.find(".told")).to_have_text("Discarded. Nothing was sent.")
    expect(card.find(".body.large")).to_be_visible()
    card.page.keyboard.up("Space")
    time.sleep(0.5)
    assert sent(card) == before


def test_a_key_that_is_held_is_one_press(open_talk: Open) -> None:
    """Keys repeat, and each repetition of Enter is a click to a browser."""
    card = open_talk()
    microphones = follow_microphones(card)
    card.find(".talk").focus()
    for _ in range(6):
        card.page.keyboard.down("Enter")
    expect(card.find(".talk")).to_have_class(re.compile("held"))
    card.page.keyboard.up("Enter")
    card.page.wait_for_timeout(300)
    assert microphones() == ["live"]
    card.page.keyboard.press("Escape")


def test_whoever_tabs_away_with_the_space_bar_held_sends_nothing(open_talk: Open) -> None:
    card = open_talk()
    microphones = follow_microphones(card)
    before = sent(card)
    card.find(".talk").focus()
    card.page.keyboard.down("Space")
    expect(card.find(".talk")).to_have_class(re.compile("held"))
    card.page.wait_for_timeout(2000)
    card.page.keyboard.press("Tab")
    expect(card.find(".told")).to_have_text("Discarded. Nothing was sent.")
    assert microphones() == ["ended"]
    card.page.keyboard.up("Space")
    time.sleep(0.5)
    assert sent(card) == before


def test_by_touch_in_the_full_screen(open_talk: Open) -> None:
    card = open_talk(**PHONE)
    quiet(card)
    before = sent(card)
    card.find(".stage").tap()
    expect(card.find(".body.large")).to_be_visible()
    box = card.find(".talk").bounding_box()
    assert box is not None
    touch = card.page.context.new_cdp_session(card.page)
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [where]})
    expect(card.find(".talk")).to_have_class(re.compile("held"))
    card.page.wait_for_timeout(2500)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert until(lambda: sent(card) == before + 1)
    expect(card.find(".told")).to_be_in_viewport()


# --- why not


def try_to_talk(card: CardPage, seconds: float = 2.5) -> str:
    """Hold the button, let go, and return what is told in the end."""
    card.find(".talk").hover()
    card.page.mouse.down()
    card.page.wait_for_timeout(seconds * 1000)
    card.page.mouse.up()
    told = card.find(".told.bad")
    expect(told).to_be_visible(timeout=15_000)
    return told.inner_text()


def test_a_page_by_http(open_talk: Open, demo: Demo) -> None:
    url = demo.url.replace("127.0.0.1", ELSEWHERE)
    card = open_talk(url=url, log_in={"cookies": [], "origins": []})
    assert card.page.evaluate("isSecureContext") is False
    assert "https" in try_to_talk(card, 0.5)


def test_a_microphone_that_is_not_allowed(open_talk: Open) -> None:
    assert "is not allowed" in try_to_talk(open_talk("deny"), 0.5)


def test_no_microphone(open_card: Open) -> None:
    card = open_card()
    card.page.context.grant_permissions(["microphone"])
    assert "There is no microphone" in try_to_talk(card, 0.5)


@pytest.mark.own
def test_a_browser_that_gives_pages_none(open_talk: Open) -> None:
    card = open_talk()
    card.page.evaluate("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    assert "gives pages no microphone" in try_to_talk(card, 0.5)


@pytest.fixture
def viewer(demo: Demo, first_page: Page) -> Iterator[Any]:
    """Have somebody who may look, but not control, and log in as they are.

    To be named before what opens a page, so that it is closed first: a page loads again when its
    user is gone, and Chromium never ends a context that is closed in that moment.
    """
    user = first_page.evaluate(
        f"""async () => (await {HASS}.callWS({{type: "config/auth/create", name: "Viewer",
            group_ids: ["system-read-only"]}})).user.id"""
    )
    tokens = first_page.evaluate(
        """async user => {
            const client_id = `${location.origin}/`;
            const post = async (path, body) =>
                (await fetch(path, {method: "POST", body})).json();
            const flow = await post("/auth/login_flow", JSON.stringify(
                {client_id, handler: ["trusted_networks", null], redirect_uri: client_id}));
            const done = await post(
                `/auth/login_flow/${flow.flow_id}`, JSON.stringify({client_id, user}));
            const form = new FormData();
            const fields = {client_id, grant_type: "authorization_code", code: done.result};
            for (const [name, value] of Object.entries(fields)) form.append(name, value);
            const tokens = await post("/auth/token", form);
            return JSON.stringify({...tokens, hassUrl: location.origin, clientId: client_id,
                expires: Date.now() + tokens.expires_in * 1000});
        }""",
        user,
    )
    local = [{"name": "hassTokens", "value": tokens}]
    yield {"cookies": [], "origins": [{"origin": demo.url, "localStorage": local}]}
    first_page.evaluate(
        f"""user => {HASS}.callWS({{type: "config/auth/delete", user_id: user}})""", user
    )


def test_somebody_who_may_only_look(viewer: Any, open_talk: Open) -> None:
    card = open_talk(log_in=viewer)
    before = sent(card)
    assert "You may not control" in try_to_talk(card)
    assert sent(card) == before


def test_a_camera_that_has_gone_offline(open_talk: Open) -> None:
    card = open_talk()
    quiet(card)
    with offline(card):
        assert "is offline" in try_to_talk(card)


@contextmanager
def offline(card: CardPage) -> Iterator[None]:
    card.demo.change(SERIAL, online=False)
    try:
        yield
    finally:
        card.demo.change(SERIAL, online=True)
        online = f"{HASS}.states['{CAMERA}'].state !== 'unavailable'"
        card.page.wait_for_function(online, timeout=60_000)


def occupy(card: CardPage, *seconds: float) -> None:
    """Have others speak for so long, one after the other."""
    card.page.evaluate(
        f"""async lengths => {{
            for (const seconds of lengths) {{
                const file = new DataView(new ArrayBuffer(44 + 32000 * seconds));
                const write = (at, word) =>
                    [...word].forEach((c, i) => file.setUint8(at + i, c.charCodeAt(0)));
                write(0, "RIFF");
                write(8, "WAVEfmt ");
                write(36, "data");
                const size = file.byteLength;
                for (const [at, value] of [
                    [4, size - 8], [16, 16], [24, 16000], [28, 32000], [40, size - 44],
                ]) file.setUint32(at, value, true);
                for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]])
                    file.setUint16(at, value, true);
                await {HASS}.fetchWithAuth(
                    "/api/sodalife/voice/{CAMERA}", {{method: "POST", body: file.buffer}});
            }}
        }}""",
        seconds,
    )


def test_a_full_queue(open_talk: Open) -> None:
    card = open_talk()
    quiet(card)
    occupy(card, 8, *[0.5] * 5)  # one plays, and five wait
    assert "too many sounds wait" in try_to_talk(card)


@pytest.mark.own
def test_others_come_first(open_talk: Open) -> None:
    card = open_talk()
    quiet(card)
    occupy(card, 10)
    with held(card):
        card.page.wait_for_timeout(3000)
    expect(card.find(".told")).to_have_text(re.compile(r"Others come first: about \d s"))
    expect(card.find(".told")).to_have_text(re.compile("^Play"), timeout=15_000)


@pytest.mark.own
def test_70_seconds(open_talk: Open) -> None:
    card = open_talk()
    quiet(card)
    before = sent(card)
    with held(card):
        expect(card.find(".told")).to_have_text(re.compile("60 seconds at most"), timeout=70_000)
        expect(card.find(".spoken")).to_be_hidden()
        card.page.wait_for_timeout(10_000)
    assert until(lambda: sent(card) == before + 1)
    time.sleep(0.5)
    assert sent(card) == before + 1


# --- phrases


def test_a_phrase_is_said_at_a_touch(open_talk: Open, first_page: Page) -> None:
    set_options(first_page, phrases=["Welcome!", "Closed = The shop is closed."])
    try:
        card = open_talk()
        quiet(card)
        before = sent(card)
        chips = card.find(".phrases button")
        expect(chips).to_have_text(["Welcome!", "Closed"])
        chips.first.click()
        assert until(lambda: sent(card) == before + 1)
        with offline(card):
            card.find(".capture").click()
            expect(card.find(".talk")).to_be_disabled(timeout=30_000)
            expect(chips).to_have_text(["Welcome!", "Closed"])  # nothing moves into their place
            expect(chips.first).to_be_disabled()
        set_options(first_page, phrases=["Closed = The shop is closed."])
        expect(chips).to_have_text(["Closed"])
    finally:
        set_options(first_page)
    expect(card.find(".phrases")).to_be_hidden()
    wait_for_hass(first_page)
