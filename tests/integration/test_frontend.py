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

from custom_components.sodalife.frontend import CARD_URL
from simulator import Cloud
from tests.integration.common import DOMAIN, OTHER, SERIAL, Act, FindEntity, SetUp

FOLDER = Path(__file__).parents[2] / "custom_components" / DOMAIN
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
    assert added == [f"{CARD_URL}?v={VERSION}"]
    response = await (await hass_client()).get(added[0])
    assert response.status == HTTPStatus.OK
    assert "javascript" in response.content_type
    assert "max-age" in response.headers["Cache-Control"]
    assert "customElements.define" in await response.text()


async def test_there_may_be_no_frontend(hass: HomeAssistant, added: list[str]) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert added == []


def test_card_has_all_its_texts_in_both_languages() -> None:
    module = (FOLDER / "www" / "sodalife-camera-card.js").read_text()
    found = re.search(
        r"const TEXTS = \{\n  en: \{(.*?)\n  \},\n  zh: \{(.*?)\n  \},\n\};", module, re.DOTALL
    )
    assert found
    english, chinese = found.groups()
    keys = re.compile(r"^    (\w+):", re.MULTILINE)
    assert keys.findall(english) == keys.findall(chinese)
    for key in set(re.findall(r'_?text\((?:\w+, |this\._hass, )?"(\w+)"', module)):
        assert key in keys.findall(english)


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
