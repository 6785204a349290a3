"""What people write by hand who have no integration for their camera."""

from __future__ import annotations

from collections.abc import Callable
import json
from typing import Any
from urllib.request import Request, urlopen

from demo_home import Demo
from live_page import LivePage
from page import CAMERA, COMMANDS, HASS, START, STOP
from playwright.sync_api import Page

REST_COMMAND = """
rest_command:
  ptz:
    url: "{{ platform }}/iot/cameras/controlling?access_token={{ token }}"
    method: post
    content_type: application/json
    payload: '{"device_serial": "{{ serial }}", "action": {{ action }}, "command": {{ command }}}'
"""

# As the form of each version wants it: the newer one has a section.
GENERIC = """async url => {
    const hass = HASS;
    const flow = (path, body) => hass.callApi("POST", "config/config_entries/flow" + path, body);
    const more = {framerate: 2, verify_ssl: true};
    let step = await flow("", {handler: "generic"});
    const flat = step.data_schema.some(field => field.name === "framerate");
    const input = {stream_source: url, ...(flat ? more : {advanced: more})};
    step = await flow("/" + step.flow_id, input);
    if (step.type === "form" && step.step_id === "user_confirm")
        step = await flow("/" + step.flow_id, {confirmed_ok: true});
    if (step.type !== "create_entry") throw Error(JSON.stringify(step));
    const entry = step.result.entry_id;
    for (;;) {
        const entities = await hass.callWS({type: "config/entity_registry/list"});
        const found = entities.find(entity => entity.config_entry_id === entry);
        if (found && HASS.states[found.entity_id]) return found.entity_id;
        await new Promise(resolve => setTimeout(resolve, 200));
    }
}""".replace("HASS", HASS)


SEND = f"""data => {{
    window.pressed = Date.now() / 1000;
    return {HASS}.callService("rest_command", "ptz", data);
}}"""


def live_address(page: Page, protocol: str) -> str:
    """Ask the integration for a live address; it keeps it for those who come to watch."""
    address: str = page.evaluate(
        f"""async protocol => (await {HASS}.callWS({{
            type: "call_service", domain: "sodalife", service: "get_live_url",
            service_data: {{protocol}}, target: {{entity_id: "{CAMERA}"}},
            return_response: true}})).response["{CAMERA}"].url""",
        protocol,
    )
    return address


def add_generic_camera(page: Page, address: str) -> str:
    """Add a generic camera on a live address, and return its entity id."""
    entity_id: str = page.evaluate(GENERIC, address)
    return entity_id


def reload_entry_of(page: Page, entity_id: str) -> None:
    """Set up anew what an entity belongs to."""
    page.evaluate(
        f"""id => {HASS}.callService("homeassistant", "reload_config_entry", {{}},
            {{entity_id: id}})""",
        entity_id,
    )


def press_by_hand(demo: Demo) -> Callable[[LivePage, str], Callable[[], None]]:
    """Return what starts a move by `rest_command`, and returns what ends it."""

    def send(live: LivePage, action: int, command: str, token: str) -> None:
        data = {
            "platform": demo.platform,
            "token": token,
            "serial": live.serial,
            "action": action,
            "command": COMMANDS[command],
        }
        live.page.evaluate(SEND, data)

    def press(live: LivePage, command: str) -> Callable[[], None]:
        token = fetch_token(demo)  # the integration's checks end the one before
        send(live, START, command, token)
        return lambda: send(live, STOP, command, token)

    return press


def fetch_token(demo: Demo) -> str:
    """Fetch a token, which ends the integration's: there is one for each application."""
    body = {
        "grant_type": "client_credentials",
        "client_id": "demo-client",
        "client_secret": "demo-secret",
    }
    request = Request(
        f"{demo.platform}/oauth2/access_token",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=10) as answer:
        content: dict[str, Any] = json.load(answer)
    token: str = content["access_token"]
    return token
