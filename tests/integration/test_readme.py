"""What the two READMEs show works, and names everything as the user will see it."""

from __future__ import annotations

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.setup import async_setup_component
import pytest
import yaml

from custom_components.sodalife.api.models import PhotoReason
from custom_components.sodalife.const import ALL_PROTOCOLS, PTZ_COMMANDS
from custom_components.sodalife.services import ACTIONS
from custom_components.sodalife.trigger import OPTIONS
from tests.integration.common import DOMAIN

ROOT = Path(__file__).parents[2]
LANGUAGES = {"README.md": "en", "README.zh-Hans.md": "zh-Hans"}

both_languages = pytest.mark.parametrize("name", LANGUAGES)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def translations(name: str) -> dict[str, Any]:
    path = ROOT / "custom_components" / DOMAIN / "translations" / f"{LANGUAGES[name]}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def examples(name: str) -> list[Any]:
    return [
        yaml.safe_load(block)
        for block in re.findall(r"```yaml\n(.*?)```", text_of(name), re.DOTALL)
    ]


def actions_in(content: object) -> Iterator[dict[str, Any]]:
    """Yield every action of ours, however deep."""
    if isinstance(content, dict):
        if str(content.get("action")).startswith(f"{DOMAIN}."):
            yield content
        for value in content.values():
            yield from actions_in(value)
    elif isinstance(content, list):
        for value in content:
            yield from actions_in(value)


@both_languages
async def test_the_example_automations_are_valid(hass: HomeAssistant, name: str) -> None:
    automations = [
        automation
        for example in examples(name)
        if "automation" in example
        for automation in example["automation"]
    ]
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, "automation", {"automation": automations})
    await hass.async_block_till_done()
    states = [state.state for state in hass.states.async_all("automation")]
    assert states == ["on"] * len(automations)
    assert len(automations) > 5
    everything = {"entity_id": "all"}
    await hass.services.async_call("automation", "turn_off", everything, blocking=True)


@both_languages
def test_every_action_has_an_example_that_it_takes(name: str) -> None:
    shown = list(actions_in(examples(name)))
    assert {action["action"].removeprefix(f"{DOMAIN}.") for action in shown} == ACTIONS.keys()
    for action in shown:
        fields = ACTIONS[action["action"].removeprefix(f"{DOMAIN}.")].fields
        data = {name: _rendered(value) for name, value in action.get("data", {}).items()}
        cv.make_entity_service_schema(fields)({**action["target"], **data})


def _rendered(value: object) -> object:
    """Return what a template for a time might become, and everything else as it is."""
    return "2026-03-05 00:00:00" if value == "{{ today_at() }}" else value


@both_languages
def test_everything_is_named_as_it_is_shown(name: str) -> None:
    text, shown = text_of(name), translations(name)
    options = shown["options"]["step"]["init"]["data"].values()
    assert all(f"| {option} |" in text for option in options)
    assert all(f"| `{DOMAIN}.{action}` |" in text for action in ACTIONS)
    assert all(f"| `{DOMAIN}.{trigger}` |" in text for trigger in OPTIONS)
    assert all(f"`{option}`" in text for options in OPTIONS.values() for option in options)
    assert all(f"`{reason}`" in text for reason in PhotoReason)
    for platform in ("image", "media_player", "notify", "binary_sensor", "sensor"):
        for entity in shown["entity"][platform].values():
            assert re.search(rf"[\"“]{entity['name']}[\"”]", text), entity
    for word in (*PTZ_COMMANDS, *ALL_PROTOCOLS):
        assert f"`{word}`" in text, word
    for blueprint in (ROOT / "blueprints" / "automation" / DOMAIN).glob("*.yaml"):
        assert f"/{blueprint.name})" in text


@both_languages
def test_the_card_example_has_all_of_the_cards_options(name: str) -> None:
    (shown,) = [example for example in examples(name) if "automation" not in example]
    texts = translations(name)["config_panel"]["card"]
    names = {key.removeprefix("field_") for key in texts if key.startswith("field_")}
    assert shown.keys() - {"type"} == names


def test_both_languages_show_the_same() -> None:
    english, chinese = (text_of(name) for name in LANGUAGES)
    for what in (r"^## ", r"^\| ", r"^```", r"\]\(docs/|src=\"docs/", r"entity_id: "):
        found = [len(re.findall(what, text, re.MULTILINE)) for text in (english, chinese)]
        assert found[0] == found[1] > 0, what


@both_languages
def test_links_within_the_page_lead_somewhere(name: str) -> None:
    text = text_of(name)
    headings = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    assert {link.lower() for link in re.findall(r"\]\(#([^)]+)\)", text)} <= headings
    for link in re.findall(r"(?:\]\(|src=\")(?!http|#)([^)\"]+)", text):
        assert (ROOT / link).exists(), link
