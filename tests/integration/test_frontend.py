"""The card is handed to browsers, with or without a frontend."""

from __future__ import annotations

from http import HTTPStatus
import json
from pathlib import Path
import re

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Cloud
from tests.integration.common import DOMAIN, OTHER, SERIAL, Act, FindEntity, SetUp

FOLDER = Path(__file__).parents[2] / "custom_components" / DOMAIN
WWW = FOLDER / "www"
MAX_LOADED = 60_000  # bytes before the card is there, as they are served
VERSION = json.loads((FOLDER / "manifest.json").read_text())["version"]


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which modules the frontend is told to load."""
    added: list[str] = []
    monkeypatch.setattr(
        "homeassistant.components.frontend.add_extra_js_url", lambda _, url: added.append(url)
    )
    return added


async def test_frontend_loads_the_card_by_its_version(
    hass: HomeAssistant, added: list[str], hass_client: ClientSessionGenerator
) -> None:
    hass.config.components.add("frontend")
    assert await async_setup_component(hass, DOMAIN, {})
    (url,) = added
    assert url == f"/sodalife_static/{VERSION}/sodalife-camera-card.js"
    client = await hass_client()
    for module in WWW.glob("*.js"):
        response = await client.get(url.replace("sodalife-camera-card.js", module.name))
        assert response.status == HTTPStatus.OK
        assert "javascript" in response.content_type
        assert "max-age" in response.headers["Cache-Control"]


async def test_there_may_be_no_frontend(hass: HomeAssistant, added: list[str]) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert added == []


def imported(module: str) -> set[str]:
    """Return the names of the modules that a module has to wait for."""
    text = (WWW / module).read_text()
    return set(re.findall(r'^(?:import|export|\}).*?"\./([\w-]+\.js)";$', text, re.MULTILINE))


def test_modules_are_there_after_two_round_trips_and_are_not_large() -> None:
    entry = "sodalife-camera-card.js"
    named = imported(entry)
    assert "card.js" in named
    for module in named:
        assert imported(module) <= named, f"{module} brings what the entry does not name"
    size = sum((WWW / module).stat().st_size for module in {entry, *named})
    assert size <= MAX_LOADED, f"{size} bytes"


@pytest.mark.parametrize(
    ("properties", "command", "lacks"),
    [
        (
            {"ptz": False},
            "left",
            ["up", "down", "left", "right", "up_left", "down_left", "up_right", "down_right"],
        ),
        (
            {"pan_tilt": False},
            "up",
            ["up", "down", "up_left", "down_left", "up_right", "down_right"],
        ),
        (
            {"pan_tilt": False},
            "up_left",
            ["up_left", "down_left", "up_right", "down_right"],
        ),
        ({"ptz": False}, "zoom_in", ["zoom_in", "zoom_out"]),
        ({"ptz": False}, "focus_far", ["focus_near", "focus_far"]),
    ],
)
async def test_camera_tells_what_it_refused(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    cloud: Cloud,
    entity_id: FindEntity,
    properties: dict[str, bool],
    command: str,
    lacks: list[str],
) -> None:
    await set_up(SERIAL, OTHER)
    camera = cloud.cameras[SERIAL]

    def told(serial: str = SERIAL) -> list[str]:
        state = hass.states.get(entity_id("camera", serial=serial))
        assert state is not None
        return list(state.attributes["ptz_unsupported"])

    for name, value in properties.items():
        setattr(camera, name, value)
    with pytest.raises(Exception, match="cannot do that"):
        await act("ptz_move", command=command)
    assert sorted(told()) == sorted(lacks)
    assert told(OTHER) == []
    for name in properties:
        setattr(camera, name, True)
    await act("ptz_move", command=command)
    assert command not in told()
