"""Phrases: what an application's cameras say at a touch, a text or a sound, under a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from homeassistant.components.media_player import BrowseMedia, MediaClass, MediaType
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .api import Place
from .api.foreign import clean
from .audio.clip import async_clip
from .audio.speech import async_speech_id
from .const import DOMAIN, OPT_GONG, OPT_PHRASES, OPT_TTS_ENGINE
from .errors import invalid

if TYPE_CHECKING:
    from .entity import SodaEntity

MAX_PHRASES = 12
MAX_NAME = 60  # characters
SCHEME = "sodalife-phrase:"  # of media ids in the speaker's browser


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said, and what it is called."""

    name: str
    content: str

    @property
    def is_sound(self) -> bool:
        """Whether the content is where a sound is, not a text to speak."""
        return "://" in self.content or self.content.startswith("/")


def parsed(lines: Iterable[str]) -> list[Phrase]:
    """Return the phrases of an option's lines: `text`, `name = text` or `name = media id`."""
    return [phrase for line in lines if (phrase := _parsed(line)).content]


def _parsed(line: str) -> Phrase:
    name, sign, content = line.replace("＝", "=").partition("=")
    if not sign or "://" in name:  # an address may have one, too
        name = content = line
    name, content = name.strip(), content.strip()
    title = name or content
    if "://" in title:  # of which the query may be a signature
        title = unquote(title.partition("?")[0].rstrip("/").rpartition("/")[2])
    return Phrase(clean(title, limit=MAX_NAME), content)


def phrases(options: Mapping[str, Any]) -> dict[str, Phrase]:
    """Return the phrases of an application, by their names."""
    return {phrase.name: phrase for phrase in parsed(options.get(OPT_PHRASES, ()))}


def error_in(lines: Iterable[str]) -> str | None:
    """Return what is wrong with an option's lines, as the key of an error."""
    names = [phrase.name for phrase in parsed(lines)]
    if len(names) > MAX_PHRASES:
        return "too_many_phrases"
    return "phrase_twice" if len(set(names)) < len(names) else None


async def async_browse(hass: HomeAssistant, options: Mapping[str, Any]) -> BrowseMedia | None:
    """Return the phrases as a folder of the media browser; None: there are none."""
    if not (names := phrases(options)):
        return None
    texts = await async_get_translations(hass, hass.config.language, "config_panel", [DOMAIN])
    return BrowseMedia(
        media_class=MediaClass.DIRECTORY,
        media_content_id=SCHEME,
        media_content_type=MediaType.MUSIC,
        title=texts[f"component.{DOMAIN}.config_panel.card.phrases"],
        can_play=False,
        can_expand=True,
        children=list(map(_browsable, names)),
    )


def _browsable(name: str) -> BrowseMedia:
    return BrowseMedia(
        media_class=MediaClass.MUSIC,
        media_content_id=SCHEME + quote(name, safe=""),
        media_content_type=MediaType.MUSIC,
        title=name,
        can_play=True,
        can_expand=False,
    )


def name_of(media_id: str) -> str | None:
    """Return the phrase that a media id of the browser stands for; None: it is no phrase's."""
    return unquote(media_id.removeprefix(SCHEME)) if media_id.startswith(SCHEME) else None


def _found(options: Mapping[str, Any], name: str) -> Phrase | None:
    """Return a phrase by its name or, since that may be cut, by all that is said."""
    known = phrases(options)
    said = (phrase for phrase in known.values() if phrase.content == name)
    return known.get(name) or next(said, None)


async def async_say(entity: SodaEntity, name: str, gong: str | None = None) -> None:
    """Have a phrase heard at an entity's camera, and return when the platform has accepted it.

    Raises:
        SodaError: why the platform did not take it.
        HomeAssistantError: if there is no such phrase, or nothing to be had of it.

    """
    options = entity.coordinator.options
    if (phrase := _found(options, name.strip())) is None:
        raise invalid("phrase_unknown", phrase=name)
    media_id = phrase.content
    if not phrase.is_sound:
        media_id = async_speech_id(entity.hass, media_id, options.get(OPT_TTS_ENGINE))
    wish = options[OPT_GONG] if gong is None else gong
    make = partial(
        async_clip, entity.hass, media_id, phrase.name, entity_id=entity.entity_id, gong=wish
    )
    await entity.soda.speaker.play(make, Place.ANNOUNCEMENT)
