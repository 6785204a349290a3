"""How an action is refused."""

from __future__ import annotations

from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

LOCAL = "media-source://media_source/local/"


async def refused(action: Any, key: str) -> HomeAssistantError:
    """Check with which sentence an action fails; it names the camera."""
    with pytest.raises(HomeAssistantError) as caught:
        await action
    error = caught.value
    assert (error.translation_domain, error.translation_key) == ("sodalife", key)
    assert "Camera 1" in str(error)
    return error
