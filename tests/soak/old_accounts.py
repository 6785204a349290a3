"""The old faults by which one camera's trouble became everybody's: faults.md, B."""

from __future__ import annotations

import math
from typing import Any

import pytest

from custom_components.sodalife.api import Camera
from custom_components.sodalife.api.errors import TokenPaused
from custom_components.sodalife.api.token import HeldToken, TokenKeeper
from custom_components.sodalife.poller import FIRST_ROUND_GAP, Poller
from custom_components.sodalife.reachability import MAX_FAILURES, Reachability

Patch = pytest.MonkeyPatch


def failures_are_counted_for_all(patch: Patch) -> None:
    """Three in a row, whoever's they were."""
    note = Reachability.note

    def counted(self: Reachability, serial: str, err: Any) -> None:
        failed = err is not None and err.platform_trouble
        in_a_row = vars(self).get("in_a_row", 0) + 1 if failed else 0
        vars(self).update(in_a_row=in_a_row)
        note(self, serial, err)
        if in_a_row >= MAX_FAILURES and not self.down:
            self.down = True
            self.changed.emit(None)

    patch.setattr(Reachability, "note", counted)


def the_healthy_are_not_asked(patch: Patch) -> None:
    """One camera that cannot be reached was enough."""
    patch.setattr(Reachability, "_are_all_unreachable", lambda self: bool(self._unreachable()))
    patch.setattr(Reachability, "wants_witness", False)


def the_round_outlives_a_camera(patch: Patch) -> None:
    """The round was a copy, and each was looked up when its turn came."""

    async def run(self: Poller, pause: float) -> None:
        await self._clock.sleep(pause)
        while True:
            await self._rest(FIRST_ROUND_GAP)
            for serial in [camera.serial for camera in self._cameras()]:
                cameras: dict[str, Camera] = {camera.serial: camera for camera in self._cameras()}
                self._visit(cameras[serial])
                await self._rest(math.inf)

    patch.setattr(Poller, "run", run)


def one_refusal_kills_a_token(patch: Patch) -> None:
    """Refused once, the token was thrown away, and a rival blamed; twice, and all had to wait."""

    def judge(self: TokenKeeper, held: HeldToken, *_about: object, **_more: object) -> None:
        self._held = None
        if not held.verified:
            self._pause.grow_for(held.token)
            return
        self._rivalry._deaths = [*self._rivalry._deaths[-1:], self._clock.monotonic()]
        if self.shared_with_others:
            self._pause.grow(TokenPaused)

    patch.setattr(TokenKeeper, "_judge", judge)
