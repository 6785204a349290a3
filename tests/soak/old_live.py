"""What live addresses once did, put back: nobody tried one before it was handed out again."""

from __future__ import annotations

import pytest

from custom_components.sodalife.api.live import LiveAddresses


def a_dead_address_is_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def plays(_: LiveAddresses, __: str) -> bool:
        return True

    monkeypatch.setattr(LiveAddresses, "plays", plays)
