"""The picture in all widths, as a tile, and why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import re

from conftest import SERIAL
from demo_home import Demo
from page import CAMERA, HASS, LIVE, PLAYER, TAG, CardPage, until
from playwright.sync_api import Page, expect
import pytest

type Open = Callable[..., CardPage]

SECOND_CAMERA = "camera.demo0002"
SPARE_SERIAL = "DEMO0004"
SPARE_CAMERA = "camera.demo0004"
TILE = {"entity": CAMERA, "show_controls": False}


@pytest.fixture
def camera(demo: Demo) -> Iterator[Callable[..., None]]:
    """Change the camera at the platform for one test."""
    yield lambda **properties: demo.change(SERIAL, **properties)
    demo.change(SERIAL, online=True, encrypted=False)


@pytest.fixture
def fault(demo: Demo, first_page: Page) -> Iterator[Callable[..., None]]:
    """Have the platform answer with an error code, until the test is over."""
    yield demo.add_fault
    demo.clear_faults()
    reload_entry(first_page)  # forgets live addresses


@pytest.fixture
def spare(first_page: Page) -> Iterator[Callable[[], None]]:
    """Add one more camera for one test: what is known of it goes with it."""
    entry = entry_id(first_page)

    def add() -> None:
        first_page.evaluate(
            f"""async ([entry, device_serial]) => {{
                const hass = {HASS};
                const path = "config/config_entries/subentries/flow";
                const flow = await hass.callApi("POST", path, {{handler: [entry, "camera"]}});
                await hass.callApi("POST", `${{path}}/${{flow.flow_id}}`, {{device_serial}});
            }}""",
            [entry, SPARE_SERIAL],
        )

    yield add
    first_page.evaluate(
        f"""async ([entry, serial]) => {{
            const call = message => {HASS}.callWS({{entry_id: entry, ...message}});
            for (const one of await call({{type: "config_entries/subentries/list"}}))
                if (one.unique_id === serial) await call(
                    {{type: "config_entries/subentries/delete", subentry_id: one.subentry_id}});
        }}""",
        [entry, SPARE_SERIAL],
    )


def inside(card: CardPage, outer: str, inner: str) -> bool:
    """Tell whether an element is within another, in both directions."""
    boxes = card.with_hass(
        f"return [{outer!r}, {inner!r}].map(part => get(part).getBoundingClientRect().toJSON());"
    )
    frame, box = boxes
    return bool(
        box["left"] >= frame["left"] - 1
        and box["right"] <= frame["right"] + 1
        and box["top"] >= frame["top"] - 1
        and box["bottom"] <= frame["bottom"] + 1
    )


@pytest.mark.own
def test_the_whole_picture_is_seen_in_every_width(card: CardPage) -> None:
    for width in (300, 500, 760, 900, 1500):
        card.with_hass(f'card.style.width = "{width}px"; await wait(100);')
        assert inside(card, ".stage", ".view"), width
        shape = card.with_hass(
            """const { width, height } = get(".view").getBoundingClientRect();
            const image = get(".still img");
            return [width / height, image.naturalWidth / image.naturalHeight];"""
        )
        assert shape[0] == pytest.approx(shape[1], rel=0.01), width


@pytest.mark.own
def test_controls_fit_into_narrow_cards(card: CardPage) -> None:
    for width in (160, 200, 240, 280, 300, 340):
        outside = card.with_hass(
            f"""card.style.width = "{width}px";
            await wait(100);
            const frame = get("ha-card").getBoundingClientRect();
            return [...root.querySelectorAll("button, input")].filter(part => part.offsetParent)
                .map(part => [part.className, part.getBoundingClientRect()])
                .filter(([_, box]) => box.left < frame.left - 1 || box.right > frame.right + 1)
                .map(([name]) => name);"""
        )
        assert outside == [], width


def test_six_columns(open_card: Open) -> None:
    card = open_card(grid_options={"columns": 6})
    frame = card.find("ha-card").bounding_box()
    assert frame is not None
    for name in ("zoom_in", "zoom_out", "focus_near", "focus_far", "left", "right"):
        box = card.button(name).bounding_box()
        assert box is not None
        assert frame["x"] <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"], name


@pytest.mark.own
def test_nothing_lies_on_the_picture(card: CardPage) -> None:
    for part in (".name", ".age", ".more", ".open"):
        top = card.find(part).evaluate("part => part.getBoundingClientRect().top")
        bottom = card.find(".stage").evaluate("stage => stage.getBoundingClientRect().bottom")
        assert top >= bottom - 1, part


@pytest.mark.parametrize(
    "bare",
    [{"show_controls": False}, {"show_ptz": False, "show_lens": False, "show_voice": False}],
)
@pytest.mark.own
def test_a_tile_has_a_picture_a_name_and_an_age(open_card: Open, bare: dict[str, bool]) -> None:
    card = open_card(**bare)
    expect(card.find(".name")).to_be_visible()
    expect(card.find(".age")).to_be_visible(timeout=60_000)
    expect(card.find("button:visible, input:visible")).to_have_count(0)
    card.find(".stage").press("Enter")
    for part in (".pad", ".capture", ".speak", ".zoom", ".open", ".more"):
        expect(card.find(part)).to_be_visible()
    card.page.keyboard.press("Escape")
    expect(card.find("button:visible, input:visible")).to_have_count(0)
    expect(card.find(".stage")).to_be_focused()


def test_a_tile_never_loads_the_controls(open_card: Open) -> None:
    card = open_card(show_controls=False)
    loaded = card.page.evaluate(
        "performance.getEntriesByType('resource').map(({name}) => name).join(' ')"
    )
    assert "/stage.js" in loaded
    assert "/steering.js" not in loaded
    assert "/player.js" not in loaded


def test_live_for_two_cards_stills_for_more_and_live_for_the_one_that_is_opened(
    open_card: Open,
) -> None:
    tile = {"entity": SECOND_CAMERA, "show_controls": False}
    card = open_card({"viewport": {"width": 1280, "height": 1600}}, live="auto", more=[tile])
    badges = card.page.locator(f"{TAG} .badge")
    expect(badges.nth(0)).to_have_text(LIVE, timeout=40_000)
    expect(badges.nth(1)).to_have_text(LIVE, timeout=40_000)
    about = {"viewport": {"width": 900, "height": 1600}}
    card = open_card(about, live="auto", show_controls=False, more=[tile, TILE])
    card.page.wait_for_timeout(6000)
    assert card.page.locator(f"{TAG} {PLAYER}").count() == 0
    card.page.locator(f"{TAG} .stage").nth(1).click()
    expect(card.page.locator(f"{TAG} .badge").nth(1)).to_have_text(LIVE, timeout=40_000)
    assert card.page.locator(f"{TAG} {PLAYER}").count() == 1
    card.page.keyboard.press("Escape")
    expect(card.page.locator(f"{TAG} .badge").nth(1)).to_be_hidden(timeout=20_000)


def test_sixteen_tiles(open_card: Open, first_page: Page) -> None:
    about = {"viewport": {"width": 1400, "height": 900}}
    tiles = [{"entity": (CAMERA, SECOND_CAMERA)[n % 2], "show_controls": False} for n in range(15)]
    card = open_card(about, live="auto", show_controls=False, more=tiles, view_type="masonry")
    page = card.page
    problems: list[str] = []
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.reload()
    page.wait_for_function(
        f"""() => {{
            const find = (root, tag) => [...root.querySelectorAll("*")].flatMap(element => [
                ...(element.localName === tag ? [element] : []),
                ...(element.shadowRoot ? find(element.shadowRoot, tag) : []),
            ]);
            const cards = find(document, "{TAG}");
            if (cards.length < 16) return false;
            window.cardsAt ??= performance.now();
            const seen = cards.filter(card => {{
                const {{ top, bottom }} = card.getBoundingClientRect();
                return bottom > 0 && top < innerHeight;
            }});
            const done = seen.every(card => card.shadowRoot.querySelector(".still img"));
            if (done) window.stillsAfter = performance.now() - window.cardsAt;
            window.loadedUnseen = cards.filter(card => !seen.includes(card))
                .filter(card => card.shadowRoot.querySelector(".still img")).length;
            window.unseen = cards.length - seen.length;
            return done;
        }}""",
        timeout=30_000,
    )
    assert page.evaluate("window.stillsAfter") < 3000
    assert page.evaluate("window.unseen") > 0
    assert page.evaluate("window.loadedUnseen") == 0
    assert page.locator(f"{TAG} {PLAYER}").count() == 0
    assert problems == []


@pytest.mark.parametrize(
    ("code", "words"),
    [("60019", "Switch it off in the EZVIZ app"), ("9048", "too many viewers")],
)
def test_why_there_is_no_live_picture(
    card: CardPage, first_page: Page, fault: Callable[..., None], code: str, words: str
) -> None:
    reload_entry(first_page)  # forgets live addresses
    fault("liveurl", code, SERIAL)
    card.with_hass(f'card.setConfig({{entity: "{CAMERA}", live: true}});')
    expect(card.find(".why")).to_contain_text(words, timeout=30_000)
    expect(card.find(".why")).to_have_attribute("role", "status")


def test_why_there_is_no_photo(
    card: CardPage, fault: Callable[..., None], spare: Callable[[], None]
) -> None:
    fault("capture", "10028", SPARE_SERIAL)
    spare()
    assert until(lambda: card.state_of(SPARE_CAMERA))
    card.with_hass(f'card.setConfig({{entity: "{SPARE_CAMERA}", live: false}});')
    expect(card.find(".why")).to_contain_text("used up", timeout=30_000)
    expect(card.find(".nothing")).not_to_contain_text("Loading")
    expect(card.find(".nothing")).to_be_visible()


def test_the_platform_cannot_be_reached(card: CardPage) -> None:
    card.with_hass(
        f"""states["{CAMERA}"] = {{...states["{CAMERA}"], state: "unavailable"}};
        card.obstacles.found = {{all: {{translation_domain: "sodalife",
            translation_key: "cannot_connect"}}}};
        card.hass = {{...hass, states}};"""
    )
    expect(card.find(".why")).to_contain_text("Check Home Assistant's network")


def test_since_when_a_camera_is_offline(
    card: CardPage, first_page: Page, camera: Callable[..., None]
) -> None:
    reload_entry(first_page)  # while a stream of an earlier test runs on, stills are no photos
    card.page.wait_for_timeout(2000)
    camera(online=False)
    card.find(".capture").click()
    expect(card.find(".why")).to_contain_text(re.compile(r"Offline since .*\d.* Check its power"))
    camera(online=True)
    expect(card.find(".why")).to_be_hidden(timeout=40_000)


@pytest.mark.own
def test_a_codec_that_this_browser_cannot_play(card: CardPage) -> None:
    playlist = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="hvc1.1.6.L90.B0"\nplaylist.m3u8\n'
    card.page.route(
        re.compile("master_playlist"),
        lambda route: route.fulfill(body=playlist, content_type="application/x-mpegURL"),
    )
    card.page.route(re.compile(r"init\.mp4"), lambda route: route.abort())  # nothing plays
    card.with_hass(f'card.setConfig({{entity: "{CAMERA}", live: true}});')
    expect(card.find(".why")).to_contain_text("cannot play H.265", timeout=30_000)
    expect(card.find(".still img")).to_be_visible()


def entry_id(page: Page) -> str:
    path = "config/config_entries/entry?domain=sodalife"
    (entry,) = page.evaluate(f'() => {HASS}.callApi("GET", "{path}")')
    return str(entry["entry_id"])


def reload_entry(page: Page) -> None:
    """Reload the integration, and wait until the camera is back."""
    path = f"config/config_entries/entry/{entry_id(page)}/reload"
    page.evaluate(f'() => {HASS}.callApi("POST", "{path}")')
    state = f"() => {HASS}.states['{CAMERA}']?.state"
    assert until(lambda: page.evaluate(state) not in {None, "unavailable"})
