"""What the card shows and does besides steering."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import re

from conftest import SERIAL
from demo_home import Demo
from page import CAMERA, HASS, LIVE, PLAYER, CardPage, until
from playwright.sync_api import Page, Route, expect
import pytest

type Open = Callable[..., CardPage]

# Have a player fail, and tell what is said of it at once.
FAIL = """async player => {
    const card = player.getRootNode();
    const detail = {hasVideo: false, hasAudio: false};
    player.dispatchEvent(new CustomEvent("streams", {detail}));
    await new Promise(resolve => setTimeout(resolve));
    const frozen = card.querySelector(".stage").classList.contains("frozen");
    return card.querySelector(".badge").textContent.trim() + (frozen ? ", frozen" : "");
}"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def camera(demo: Demo) -> Iterator[Callable[..., None]]:
    """Change the camera at the platform for one test."""
    yield lambda **properties: demo.change(SERIAL, **properties)
    demo.change(SERIAL, online=True, ptz=True, pan_tilt=True, encrypted=False)


def press_once(card: CardPage, *commands: str) -> None:
    """Have the camera do what it refused: it shows that it can."""
    for command in commands:
        card.page.evaluate(
            f"""command => {HASS}.callService("sodalife", "ptz_move",
                {{command, duration: 0.1}}, {{entity_id: "{CAMERA}"}})""",
            command,
        )


@pytest.mark.own
def test_camera_that_goes_away_while_speaking(card: CardPage) -> None:
    errors: list[str] = []
    card.page.on("pageerror", lambda error: errors.append(str(error)))
    card.with_hass(
        f"""let finish;
        card.hass = {{...hass, callService: () => new Promise(resolve => finish = resolve)}};
        get(".speak input").value = "Hello";
        get(".speak").requestSubmit();
        delete states["{CAMERA}"];
        card.hass = {{...hass, states}};
        finish();
        await wait(50);"""
    )
    card.page.wait_for_timeout(200)
    assert errors == []


@pytest.mark.own
@pytest.mark.parametrize(("goes_to", "is_at"), [(None, "INPUT"), (".more", "BUTTON")])
def test_focus_after_speaking(card: CardPage, goes_to: str | None, is_at: str) -> None:
    moves_on = f"get({goes_to!r}).focus();" if goes_to else ""
    focused = card.with_hass(
        f"""let finish;
        card.hass = {{...hass, callService: () => new Promise(resolve => finish = resolve)}};
        get(".speak input").value = "Hello";
        get(".speak input").focus();
        get(".speak").requestSubmit();
        await wait(200);
        {moves_on}
        finish();
        await wait(200);
        return root.activeElement.tagName;"""
    )
    assert focused == is_at


def test_registry_that_is_not_there(card: CardPage) -> None:
    found = card.with_hass(
        f"""const poor = {{...hass, entities: undefined}};
        const fresh = document.createElement(card.localName);
        fresh.setConfig({{entity: "{CAMERA}"}});
        fresh.hass = poor;
        const ours = window.customCards.find(({{type}}) => type === card.localName);
        return [
            fresh.shadowRoot.querySelector(".body").hidden,
            card.constructor.getStubConfig(poor).entity,
            ours.getEntitySuggestion(poor, "{CAMERA}"),
        ];"""
    )
    assert found == [False, "", None]


OLD_NEWS_FIRST = """
const Observer = window.IntersectionObserver;
window.IntersectionObserver = class extends Observer {
  constructor(callback, options) {
    super((entries, observer) => {
      const ours = entries[0].target.matches(".stage");
      const old = { target: entries[0].target, isIntersecting: !entries.at(-1).isIntersecting };
      callback(ours ? [old, ...entries] : entries, observer);
    }, options);
  }
};
"""


def test_card_that_has_just_come_into_view(card: CardPage) -> None:
    card.page.add_init_script(OLD_NEWS_FIRST)
    card.open()  # waits for a picture


def test_still_with_its_age(card: CardPage) -> None:
    image = card.find(".still img")
    image.wait_for()
    assert image.evaluate("image => image.naturalWidth") > 300
    expect(card.find(".age")).to_have_text(re.compile("now|ago"), timeout=60_000)
    expect(card.find(".badge")).to_be_hidden()


def test_live_picture_moves(open_card: Open) -> None:
    card = open_card(live=True)
    expect(card.find(".badge")).to_have_text(LIVE, timeout=30_000)
    video = card.find("video")
    before = video.evaluate("video => video.currentTime")
    assert until(lambda: video.evaluate("video => video.currentTime") > before + 1)
    expect(card.find(".age")).to_be_hidden()


@pytest.mark.parametrize("times", [1, 3])
def test_live_picture_that_fails_is_opened_anew_until_it_is_given_up(
    open_card: Open, times: int
) -> None:
    card = open_card(live=True)
    badge = card.find(".badge")
    expect(badge).to_have_text(LIVE, timeout=30_000)
    said = [card.find(PLAYER).evaluate(FAIL) for _ in range(times)]
    assert said[0] == "Picture stands still, opening it again …, frozen"
    if times == 1:
        expect(badge).to_have_text(LIVE, timeout=30_000)
        expect(card.find(".stage")).not_to_have_class(re.compile("frozen"))
    else:
        expect(badge).to_be_hidden()
        expect(card.find(".why")).to_contain_text("The live picture does not arrive.")
        card.find(".still img").wait_for()


def test_camera_that_goes_away_ends_the_live_picture(open_card: Open) -> None:
    card = open_card(live=True)
    expect(card.find(".badge")).to_have_text(LIVE, timeout=30_000)
    left = card.with_hass(
        f"""delete states["{CAMERA}"];
        card.hass = {{...hass, states}};
        return [get(".hint").textContent, get(".player").childElementCount];"""
    )
    assert left == [f"There is no camera {CAMERA}.", 0]


def test_camera_of_another_integration_is_not_shown(open_card: Open) -> None:
    card = open_card(live=True)
    expect(card.find(".badge")).to_have_text(LIVE, timeout=30_000)
    left = card.with_hass(
        f"""const entity = {{...hass.entities["{CAMERA}"], platform: "demo"}};
        card.hass = {{...hass, entities: {{...hass.entities, "{CAMERA}": entity}}}};
        await wait(100);
        return [get(".hint").hidden, get(".player").childElementCount];"""
    )
    assert left == [False, 0]


@pytest.mark.own
def test_words_where_the_picture_will_be(card: CardPage) -> None:
    card.page.route(re.compile("camera_proxy"), lambda _: None)  # no answer
    card.page.reload()
    expect(card.find(".nothing")).to_have_text("Loading the picture …")
    card.with_hass(
        f"""states["{CAMERA}"] = {{...states["{CAMERA}"], state: "unavailable"}};
        card.hass = {{...hass, states}};
        if (get(".nothing").textContent !== "No picture yet") throw Error("no words");"""
    )


def test_still_where_there_is_no_live_picture(
    open_card: Open, camera: Callable[..., None], demo: Demo
) -> None:
    camera(encrypted=True, kill_live=True)
    card = open_card(live=True)
    card.find(".still img").wait_for()
    expect(card.find(".badge")).to_be_hidden(timeout=30_000)
    expect(card.find(".age")).to_be_visible(timeout=60_000)


def test_still_of_a_live_picture_has_no_age(card: CardPage) -> None:
    expect(card.find(".age")).to_be_visible(timeout=60_000)  # an earlier live picture ends
    # Who only asks for the address watches nothing; a player asks for the playlist again and again.
    player = card.page.evaluate(
        f"""async () => {{
            const {{ url }} = await {HASS}.callWS(
                {{type: 'camera/stream', entity_id: '{CAMERA}', format: 'hls'}});
            return setInterval(() => fetch(url.replace('master_playlist', 'playlist')), 1000);
        }}"""
    )
    try:
        assert until(lambda: card.state_of(CAMERA)["state"] == "streaming", 40)
        expect(card.find(".age")).to_be_hidden(timeout=20_000)
    finally:
        card.page.evaluate("clearInterval", player)


def test_offline_camera_keeps_its_last_photo(card: CardPage, camera: Callable[..., None]) -> None:
    card.find(".still img").wait_for()
    camera(online=False)
    card.find(".capture").click()  # finds out
    expect(card.find(".badge")).to_have_text("Offline")
    expect(card.find(".still img")).to_be_visible()
    expect(card.button("left")).to_be_disabled()
    expect(card.find(".home")).to_be_disabled()
    expect(card.button("stop")).to_be_enabled()
    assert card.state_of("image.demo0001_last_photo")["state"] != "unavailable"
    camera(online=True)
    expect(card.button("left")).to_be_enabled(timeout=20_000)
    expect(card.find(".badge")).to_be_hidden()


def test_photo_button(card: CardPage, demo: Demo) -> None:
    before = demo.state(SERIAL)["photos"]
    taken = card.state_of("image.demo0001_last_photo")["state"]
    card.find(".capture").click()
    expect(card.find(".stage.taken")).to_be_visible()
    expect(card.find(".capture ha-icon")).to_have_js_property("icon", "mdi:check")
    expect(card.find(".capture ha-icon")).to_have_js_property("icon", "mdi:camera-iris")
    assert until(lambda: demo.state(SERIAL)["photos"] > before)
    assert until(lambda: card.state_of("image.demo0001_last_photo")["state"] != taken)


def test_spoken_text_arrives(card: CardPage, demo: Demo) -> None:
    if not card.page.evaluate(f"Object.keys({HASS}.states).some(id => id.startsWith('tts.'))"):
        pytest.skip("this Home Assistant cannot speak")
    heard = len(demo.state(SERIAL)["voices"])
    field = card.find(".speak input")
    field.fill("Hello there, your order is ready.")
    field.press("Enter")
    assert until(lambda: len(demo.state(SERIAL)["voices"]) == heard + 1, 20)
    expect(field).to_have_value("")
    assert demo.state(SERIAL)["voices"][-1]["duration"] > 0.5


def test_sounds_button_opens_the_media_browser(card: CardPage) -> None:
    card.find(".media").click()
    dialog = card.page.locator("dialog-media-player-browse")
    expect(dialog.get_by_text("My media").or_(dialog.get_by_text("Media")).first).to_be_visible()


def test_directions_go_when_the_camera_has_none(
    card: CardPage, camera: Callable[..., None]
) -> None:
    camera(pan_tilt=False)
    card.button("up").click()
    toast = card.page.locator("notification-manager")
    expect(toast.get_by_text("Camera").or_(toast.get_by_text("DEMO0001")).first).to_be_visible()
    expect(card.button("up")).to_be_hidden()
    expect(card.button("down")).to_be_hidden()
    expect(card.button("up_left")).to_be_hidden()
    expect(card.button("left")).to_be_visible()
    card.button("left").click()
    expect(card.button("left")).to_be_hidden()
    expect(card.find(".home")).to_be_hidden()
    expect(card.button("zoom_in")).to_be_visible()
    pad, stop = card.find(".pad").bounding_box(), card.button("stop").bounding_box()
    assert pad is not None
    assert stop is not None
    assert pad["width"] == pad["height"] <= stop["width"] + 10
    camera(pan_tilt=True)
    press_once(
        card, "up", "left", "up_left", "down", "right", "up_right", "down_left", "down_right"
    )
    expect(card.button("left")).to_be_visible()


@pytest.fixture
def chinese(first_page: Page) -> Iterator[None]:
    """Have the user read Chinese."""

    def speak(language: str) -> None:
        formats = dict.fromkeys(("number_format", "time_format", "date_format"), "language")
        first_page.evaluate(
            f"""value => {HASS}.callWS(
                {{type: "frontend/set_user_data", key: "language", value}})""",
            {**formats, "language": language, "time_zone": "local", "first_weekday": "language"},
        )

    speak("zh-Hans")
    yield
    speak("en")


@pytest.mark.usefixtures("chinese")
def test_chinese(open_card: Open, camera: Callable[..., None]) -> None:
    card = open_card(about={"locale": "zh-CN"})
    expect(card.find(".capture")).to_have_text("抓拍")
    expect(card.find(".media")).to_have_text("放音")
    expect(card.button("left")).to_have_attribute("aria-label", "向左")
    camera(ptz=False)
    card.button("focus_near").click()
    toast = card.page.locator("notification-manager")
    expect(toast.get_by_text("不支持").first).to_be_visible()
    camera(ptz=True)
    press_once(card, "focus_near", "focus_far")


def test_labels(card: CardPage) -> None:
    for button in card.find("button").all():
        assert button.get_attribute("aria-label"), button.evaluate("b => b.outerHTML")
    expect(card.find(".stage")).to_have_attribute("aria-label", re.compile("Arrow keys"))
    expect(card.find(".still img")).to_have_attribute("alt", re.compile("Picture of"))


@pytest.mark.own
def test_focus_of_the_picture_is_seen(card: CardPage) -> None:
    card.find(".stage").focus()
    card.page.keyboard.press("Shift+Tab")
    card.page.keyboard.press("Tab")
    ring = card.find(".stage").evaluate(
        """stage => {
            const { borderTopStyle, pointerEvents } = getComputedStyle(stage, "::after");
            return [borderTopStyle, pointerEvents];
        }"""
    )
    assert ring == ["solid", "none"]


@pytest.mark.own
@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_words_fit(card: CardPage, language: str) -> None:
    for width in (280, 300, 320, 390):
        cut_off = card.with_hass(
            f"""card.style.width = "{width}px";
            card.hass = {{...hass, locale: {{...hass.locale, language: "{language}"}}}};
            await wait(500); // for the texts
            return [...root.querySelectorAll(".actions span, .rocker span")]
                .filter(words => words.scrollWidth > words.clientWidth)
                .map(words => words.textContent);"""
        )
        assert cut_off == [], width


@pytest.mark.own
def test_wide_card_has_its_controls_beside_the_picture(card: CardPage) -> None:
    picture, controls = card.with_hass(
        """card.style.width = "900px";
        return [".stage", ".controls"].map(part => get(part).getBoundingClientRect().toJSON());"""
    )
    assert picture["right"] <= controls["left"]
    assert picture["top"] <= controls["top"] < picture["bottom"]


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.own
def test_phone(open_card: Open, width: int) -> None:
    card = open_card(about={**PHONE, "viewport": {"width": width, "height": 844}})
    page = card.page
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    for button in card.find("button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert min(box["width"], box["height"]) >= 36
    body = card.element.bounding_box()
    assert body is not None
    assert body["height"] < 844 - 56, "the whole card fits under the header"


def brightness(color: str) -> float:
    red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3])
    return 0.3 * red + 0.59 * green + 0.11 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_themes(open_card: Open, scheme: str) -> None:
    card = open_card(about={"color_scheme": scheme})

    def color(selector: str, name: str) -> float:
        script = "(element, name) => getComputedStyle(element)[name]"
        return brightness(card.find(selector).first.evaluate(script, name))

    ground, ink = color("ha-card", "backgroundColor"), color(".pad .up", "color")
    plate = color(".pad", "backgroundColor")
    assert (ground < 100 < ink) if scheme == "dark" else (ink < 100 < ground)
    assert abs(plate - ink) > 90
    assert abs(plate - ground) > 4


def test_card_that_is_loaded_before_home_assistant(card: CardPage) -> None:
    def late(route: Route) -> None:
        card.page.wait_for_timeout(1500)
        route.continue_()

    card.page.route(re.compile(r"/frontend_latest/app\.[^/]*\.js"), late)
    card.open()
    expect(card.find(".pad")).to_be_visible()
