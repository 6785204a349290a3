"""The dashboard of the demo, as Home Assistant's dashboard editor would have saved it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

type Card = dict[str, Any]

BUTTONS = {
    "zoom_in": ("Zoom in", "mdi:magnify-plus-outline"),
    "zoom_out": ("Zoom out", "mdi:magnify-minus-outline"),
    "focus_near": ("Focus near", "mdi:image-filter-center-focus"),
    "focus_far": ("Focus far", "mdi:image-filter-center-focus-weak"),
    "ptz_stop": ("Stop", "mdi:stop-circle-outline"),
    "capture": ("Photo", "mdi:camera-iris"),
}

WELCOME = """\
The cameras are simulated: [the platform's page]({platform}) shows what each of them does and \
hears, and can make trouble. One more camera, `{serial}`, waits there to be \
[added](/config/integrations/integration/sodalife).
"""


@dataclass(frozen=True)
class Camera:
    """A camera of the demo."""

    serial: str
    name: str


class Entities:
    """The entities of one camera, by their key."""

    def __init__(self, camera: Camera, entity_ids: Mapping[str, str]) -> None:
        self.name = camera.name
        self._serial = camera.serial
        self._entity_ids = entity_ids

    def __getitem__(self, key: str) -> str:
        """Return the entity id of a key."""
        return self._entity_ids[f"{self._serial}_{key}"]


def dashboard(
    cameras: Iterable[Camera], entity_ids: Mapping[str, str], platform: str, spare_serial: str
) -> Card:
    """Return the dashboard: a section with everything for each camera."""
    first, *others = (Entities(camera, entity_ids) for camera in cameras)
    welcome = WELCOME.format(platform=platform, serial=spare_serial)
    sections = [
        section(first, [live(first), still(first), *ptz(first), *speaker(first)]),
        *(section(camera, [still(camera), *ptz(camera), *speaker(camera)]) for camera in others),
    ]
    view = {
        "title": "Cameras",
        "type": "sections",
        "max_columns": 3,
        "header": {"card": {"type": "markdown", "text_only": True, "content": welcome}},
        "sections": sections,
    }
    return {"title": "SodaLife", "views": [view]}


def section(camera: Entities, cards: list[Card]) -> Card:
    """Return a section headed by the camera's name and whether it is online."""
    heading = {
        "type": "heading",
        "heading": camera.name,
        "icon": "mdi:cctv",
        "badges": [{"type": "entity", "entity": camera["online"], "state_content": ["state"]}],
    }
    return {"type": "grid", "cards": [heading, *cards]}


def still(camera: Entities) -> Card:
    """Return the picture that is renewed now and then."""
    return picture(camera, "auto", f"{camera.name}, still")


def live(camera: Entities) -> Card:
    """Return the moving picture."""
    return picture(camera, "live", f"{camera.name}, live")


def picture(camera: Entities, view: str, name: str) -> Card:
    """Return a picture as wide as its section."""
    return {
        "type": "picture-entity",
        "entity": camera["camera"],
        "camera_view": view,
        "name": name,
        "show_state": False,
        "grid_options": {"columns": 12, "rows": "auto"},
    }


def ptz(camera: Entities) -> list[Card]:
    """Return the buttons that move the camera or take a photo."""
    return [
        {
            "type": "button",
            "entity": camera[key],
            "name": name,
            "icon": icon,
            "icon_height": "24px",
            "grid_options": {"columns": 4, "rows": 2},
            "tap_action": perform("button.press", camera[key]),
        }
        for key, (name, icon) in BUTTONS.items()
    ]


def speaker(camera: Entities) -> list[Card]:
    """Return the speaker, whose dialog can browse media, and something to play on it."""
    chime = {
        "media_content_id": "media-source://media_source/local/chime.wav",
        "media_content_type": "audio/wav",
    }
    play = perform("media_player.play_media", camera["speaker"], chime)
    return [
        {"type": "tile", "entity": camera["speaker"], "name": "Speaker"},
        {
            "type": "tile",
            "entity": camera["speaker"],
            "name": "Play a chime",
            "icon": "mdi:bell-ring",
            "hide_state": True,
            "tap_action": play,
            "icon_tap_action": play,
        },
    ]


def perform(action: str, entity_id: str, data: Card | None = None) -> Card:
    """Return what a card does when it is tapped."""
    return {
        "action": "perform-action",
        "perform_action": action,
        "target": {"entity_id": entity_id},
        "data": data or {},
    }
