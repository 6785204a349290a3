"""What all tests share."""

from __future__ import annotations

import pytest

# Before the plugin looks for integrations: its own `custom_components` would win otherwise.
import custom_components.sodalife  # noqa: F401


@pytest.fixture(autouse=True)
def _find_ours(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find this integration, where a test has a Home Assistant."""
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_db_url")  # which has to be there before Home Assistant
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Keep the plugin from having every future note where it came from: half of all time.

    PYTHONASYNCIODEBUG=1 brings that back.
    """
