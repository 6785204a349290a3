"""The pad in Home Assistant's own tile card, and the dashboard that makes itself."""

from __future__ import annotations

from collections.abc import Callable

from page import CAMERA, HASS, CardPage, until
from playwright.sync_api import Page, expect
import pytest

type Open = Callable[..., CardPage]

FEATURE = "sodalife-ptz-feature"
TILE = {"type": "tile", "entity": CAMERA, "features": [{"type": f"custom:{FEATURE}"}]}


def test_the_pad_in_a_tile_card_steers(open_card: Open) -> None:
    card = open_card(more=[TILE])
    row = card.page.locator(FEATURE)
    left = row.locator("[data-command=left]")
    expect(left).to_have_attribute("aria-label", "Left")
    left.hover()
    card.page.mouse.down()
    card.wait_until_moving()
    card.page.mouse.up()
    card.started_and_stopped("left")
    card.forget()
    left.focus()
    card.page.keyboard.down("ArrowUp")
    card.wait_until_moving()
    card.page.keyboard.up("ArrowUp")
    card.started_and_stopped("up")


def test_the_feature_is_offered_for_our_cameras_and_no_others(card: CardPage) -> None:
    offered = card.page.evaluate(
        f"""() => {{
            const hass = {HASS};
            const ours = window.customCardFeatures.find(({{type}}) => type === "{FEATURE}");
            const ids = ["{CAMERA}", "sun.sun"];
            const supports = id => ours.isSupported(hass, {{entity_id: id}});
            const once = id => ours.supported(hass.states[id] ?? {{attributes: {{}}}});
            return [ours.name, ids.map(supports), ids.map(once)];
        }}"""
    )
    assert offered == ["Steer the camera", [True, False], [True, False]]


def save_strategy(page: Page, place: str) -> None:
    page.evaluate(
        f"""async place => {{
            const hass = {HASS};
            await hass.callWS({{type: "lovelace/dashboards/create", url_path: place,
                title: "Cameras", mode: "storage"}});
            await hass.callWS({{type: "lovelace/config/save", url_path: place,
                config: {{strategy: {{type: "custom:sodalife"}}}}}});
        }}""",
        place,
    )


@pytest.fixture(scope="session")
def dashboard(first_page: Page) -> str:
    """Have a dashboard that is made by the strategy, with a camera in an area."""
    first_page.evaluate(
        f"""async id => {{
            const hass = {HASS};
            const area = await hass.callWS({{type: "config/area_registry/create", name: "Garden"}});
            await hass.callWS({{type: "config/device_registry/update", area_id: area.area_id,
                device_id: hass.entities[id].device_id}});
        }}""",
        CAMERA,
    )
    save_strategy(first_page, "all-cameras")
    return "all-cameras"


def test_a_dashboard_of_all_cameras_makes_itself(card: CardPage, dashboard: str) -> None:
    page = card.page
    page.goto(f"{card.demo.url}/{dashboard}/cameras")
    tiles = page.locator("sodalife-camera-card")
    expect(tiles.first.locator(".still img")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Garden").first).to_be_visible()
    ours = f"Object.keys({HASS}.entities).filter(id => id.startsWith('camera.')).length"
    assert tiles.count() == page.evaluate(ours)
    expect(tiles.first.locator(".pad")).to_be_hidden()
    page.goto(f"{card.demo.url}/{dashboard}/demo0001")
    expect(page.locator("sodalife-camera-card .pad")).to_be_visible(timeout=30_000)
    expect(page.locator("hui-picture-entity-card")).to_be_visible()


def test_history_is_shown_where_home_assistant_keeps_one(card: CardPage) -> None:
    types = card.page.evaluate(
        f"""async () => {{
            const hass = {HASS};
            const {{ generate }} = customElements.get("ll-strategy-dashboard-sodalife");
            const types = async components => {{
                const config = {{...hass.config, components}};
                const [, view] = (await generate({{}}, {{...hass, config}})).views;
                return view.sections[1].cards.map(({{type}}) => type);
            }};
            return [await types([]), await types(["history", "logbook"])];
        }}"""
    )
    assert types[0] == ["heading", "picture-entity"]
    assert types[1] == ["heading", "picture-entity", "heading", "history-graph", "logbook"]


def test_offline_cameras_come_last_and_an_empty_account_leads_to_adding_one(
    card: CardPage,
) -> None:
    made = card.page.evaluate(
        f"""async () => {{
            const hass = {HASS};
            const {{ generate }} = customElements.get("ll-strategy-dashboard-sodalife");
            const states = {{...hass.states}};
            for (const id of Object.keys(states).filter(id => id.startsWith("camera.")))
                states[id] = {{...states[id], state: id === "{CAMERA}" ? "unavailable" : "idle"}};
            const [, ...views] = (await generate({{}}, {{...hass, states}})).views;
            const empty = (await generate({{}}, {{...hass, entities: {{}}}})).views;
            return [views.map(({{path}}) => path), empty.length, empty[0].cards[0].content];
        }}"""
    )
    paths, count, words = made
    assert len(paths) > 1
    assert paths[-1] == CAMERA.removeprefix("camera.")
    assert count == 1
    assert "[Add one](/config/integrations/integration/sodalife)" in words


def test_the_strategy_is_offered_where_home_assistant_offers_them(card: CardPage) -> None:
    found = card.page.evaluate(
        """() => window.customStrategies.filter(({type}) => type === "sodalife")
            .map(({name, strategyType}) => [name, strategyType])"""
    )
    assert until(lambda: found == [["SodaLife cameras", "dashboard"]])
