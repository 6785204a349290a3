"""The one place where the client's errors become Home Assistant's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)

from .api.errors import NotSupported, SodaError, VoiceEmpty, VoiceTooLarge
from .api.foreign import clean
from .const import DOMAIN

IMPOSSIBLE = (NotSupported, VoiceEmpty, VoiceTooLarge)  # asked for what cannot be


def translation_of(err: SodaError, camera: str) -> dict[str, Any]:
    """Return what Home Assistant needs to say an error in the user's language."""
    return {
        "translation_domain": DOMAIN,
        "translation_key": err.key,
        "translation_placeholders": {
            "camera": clean(camera),
            "code": err.code,
            "description": err.description,
        },
    }


def home_assistant_error(err: SodaError, camera: str) -> HomeAssistantError:
    """Say what went wrong with a camera, in the user's language."""
    cls = ServiceValidationError if isinstance(err, IMPOSSIBLE) else HomeAssistantError
    return cls(**translation_of(err, camera))


def sentence_of(hass: HomeAssistant, err: SodaError, camera: str) -> str:
    """Say what went wrong with a camera, in the language that Home Assistant is set to."""
    texts = async_get_cached_translations(hass, hass.config.language, "exceptions", DOMAIN)
    said = translation_of(err, camera)
    text = texts.get(f"component.{DOMAIN}.exceptions.{err.key}.message", "{camera}: {code}")
    return text.format(**said["translation_placeholders"])


@contextmanager
def translated(camera: str) -> Iterator[None]:
    """Translate what the client raises; `camera` is the name the user knows.

    Errors that `invalid` and `failed` made are told which camera they are about.
    """
    try:
        yield
    except SodaError as err:
        raise home_assistant_error(err, camera) from err
    except HomeAssistantError as err:
        placeholders = err.translation_placeholders or {}
        if err.translation_domain != DOMAIN or "camera" in placeholders:
            raise
        raise type(err)(
            translation_domain=DOMAIN,
            translation_key=err.translation_key,
            translation_placeholders={"camera": clean(camera), **placeholders},
        ) from err


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Make the error for a request that cannot be fulfilled as it stands."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=_cleaned(placeholders),
    )


def failed(key: str, **placeholders: str) -> HomeAssistantError:
    """Make the error for something that did not work this time, or not here."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=_cleaned(placeholders),
    )


def _cleaned(placeholders: dict[str, str]) -> dict[str, str]:
    """Return what may be shown: what others say of files, media and engines may be anything."""
    return {name: clean(text) for name, text in placeholders.items()}


async def async_report(hass: HomeAssistant, failures: list[HomeAssistantError]) -> None:
    """Report what failed, camera by camera, if anything did, as one error.

    Home Assistant puts an error into the user's language, but not what an error is filled with:
    several cameras' sentences are therefore in the language that Home Assistant is set to.

    Raises:
        HomeAssistantError: the one failure, or `several_failed`.

    """
    if not failures:
        return
    if len(failures) == 1:
        raise failures[0]
    texts = await async_get_translations(hass, hass.config.language, "exceptions", [DOMAIN])

    def sentence(err: HomeAssistantError) -> str:
        text = texts.get(f"component.{DOMAIN}.exceptions.{err.translation_key}.message")
        if text is None or err.translation_domain != DOMAIN:
            return clean(str(err))
        return text.format(**(err.translation_placeholders or {}))

    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="several_failed",
        translation_placeholders={"failures": " ".join(map(sentence, failures))},
    )
