"""The dashboard of the demo, as Home Assistant's dashboard editor would have saved it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .words import Words

type Card = dict[str, Any]


@dataclass(frozen=True)
class Camera:
    """A camera of the demo."""

    serial: str
    name: str


class Entities:
    """The entities of one camera, by their platform and key: speaker is the key of two."""

    def __init__(self, camera: Camera, entity_ids: Mapping[str, str], media: str) -> None:
        self.name = camera.name
        self.media = media
        self._serial = camera.serial
        self._entity_ids = entity_ids

    def __getitem__(self, platform_and_key: str) -> str:
        """Return the entity id of a platform and key, written as in button.zoom_in."""
        platform, key = platform_and_key.split(".")
        return self._entity_ids[f"{platform}.{self._serial}_{key}"]


def dashboard(
    cameras: Iterable[Camera],
    entity_ids: Mapping[str, str],
    platform: str,
    spare_serial: str,
    media: str,
    words: Words,
) -> Card:
    """Return the dashboard: a section for each camera; `media` is the folder of the media."""
    first, *others = (Entities(camera, entity_ids, media) for camera in cameras)
    welcome = words.welcome.format(platform=platform, serial=spare_serial)
    sections = [
        section(first, [steering(first, live=True), *more(first, words)]),
        *(
            section(camera, [steering(camera, live=False), *more(camera, words)])
            for camera in others
        ),
    ]
    view = {
        "title": words.cameras,
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
        "badges": [
            {"type": "entity", "entity": camera["binary_sensor.online"], "state_content": ["state"]}
        ],
    }
    return {"type": "grid", "cards": [heading, *cards]}


def steering(camera: Entities, *, live: bool) -> Card:
    """Return the integration's own card: the picture, and everything to do with the camera."""
    return {
        "type": "custom:sodalife-camera-card",
        "entity": camera["camera.camera"],
        "live": live,
        "show_ptz": True,
        "show_lens": True,
        "show_voice": True,
    }


def more(camera: Entities, words: Words) -> list[Card]:
    """Return the newest photo, to keep it in the media folder, and a sound to play."""
    keep = perform(
        "sodalife.capture",
        camera["camera.camera"],
        {"filename": f"{camera.media}/{camera.name.lower()}/last.jpg"},
    )
    chime = {
        "media_content_id": "media-source://media_source/local/chime.wav",
        "media_content_type": "audio/wav",
    }
    return [
        tile(camera["image.last_capture"], words.last_photo),
        tile(camera["camera.camera"], words.keep_photo, "mdi:image-plus-outline", keep),
        tile(camera["media_player.speaker"], words.speaker),
        tile(
            camera["media_player.speaker"],
            words.chime,
            "mdi:bell-ring-outline",
            perform("media_player.play_media", camera["media_player.speaker"], chime),
        ),
    ]


def tile(entity_id: str, name: str, icon: str | None = None, action: Card | None = None) -> Card:
    """Return a tile that shows an entity or, with an action, does something."""
    shown: Card = {"type": "tile", "entity": entity_id, "name": name}
    if action is None:
        return shown
    hidden = {"icon": icon, "hide_state": True}
    return {**shown, **hidden, "tap_action": action, "icon_tap_action": action}


def perform(action: str, entity_id: str, data: Card | None = None) -> Card:
    """Return what a card does when it is tapped."""
    return {
        "action": "perform-action",
        "perform_action": action,
        "target": {"entity_id": entity_id},
        "data": data or {},
    }
