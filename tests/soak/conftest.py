"""What the tests of the soak share."""

from __future__ import annotations

from collections.abc import Iterator
import logging

import pytest


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A run silences the integration's log; the tests after it want to read it."""
    logger = logging.getLogger("custom_components.sodalife")
    level = logger.level
    yield
    logger.setLevel(level)
