"""A camera: everything that may be wanted of one device, in one place."""

from __future__ import annotations

from dataclasses import replace

from .call_queue import CallQueue, Priority
from .client import SodaClient
from .device import Device
from .errors import CaptureQuotaUsed, DeviceOffline, VideoEncrypted
from .live import LiveAddresses
from .live_at_hand import AddressAtHand
from .live_protocol import SAFE, LiveProtocol
from .memory import Memory
from .models import Endpoint, TalkAddress
from .move import LeftMove, MoveRecord, NoRecord
from .ptz import Ptz
from .snapshots import SnapshotCache
from .speaker import Speaker

PROBE_PROTOCOL = "hls"  # that every revision has


class Camera:
    """One device with its queue, its moves, its snapshots, its live addresses and its speaker.

    `reachable` is its owner's to set: whether calls get through to it, as far as is known.
    """

    def __init__(self, client: SodaClient, serial: str, record: MoveRecord | None = None) -> None:
        """Bind the client to a serial (upper case); moves are written down in the record."""
        self.serial = serial
        self.reachable = True
        self.device = Device(client, serial)
        self.queue = CallQueue(client.clock)
        client.rests[serial] = self.queue.rest
        self.snapshots = SnapshotCache(self.device, self.queue)
        self.live = LiveAddresses(self.device, self.queue)
        self.live_protocol = LiveProtocol(self.device, self.live)
        self.at_hand = AddressAtHand(client.clock, self.queue, self.live, self.live_protocol)
        self.speaker = Speaker(self.device, self.queue)
        self.ptz = Ptz(self.device, self.queue, record or NoRecord(), self.snapshots.expire)

    def configure(
        self,
        *,
        call_interval: float,
        snapshot_interval: float,
        live_protocol: str = SAFE,
        photos_per_day: int = 0,
    ) -> None:
        """Set the seconds between calls, those that a snapshot may be old, and how live travels.

        And how many photos there may be a day; 0: as many as anybody wants.
        """
        self.live_protocol.option = live_protocol
        self.queue.set_interval(call_interval)
        self.snapshots.interval = snapshot_interval
        budget = self.snapshots.budget
        was_used_up, budget.limit = budget.left == 0, photos_per_day
        if (budget.left == 0) is not was_used_up:
            self.device.changed.emit()

    def memory(self) -> Memory:
        """Return what is to outlive this run."""
        budget = self.snapshots.budget
        return replace(
            self.device.memory(),
            photos=budget.taken,
            photos_from=budget.counted_from,
            fallback=self.live_protocol.fallback,
            watched=self.at_hand.watched,
        )

    def recall(self, memory: Memory) -> None:
        """Go on from what an earlier run has known."""
        self.live_protocol.fallback = memory.fallback
        self.at_hand.recall(memory.watched, self.serial)
        self.snapshots.budget.resume(memory.photos, memory.photos_from)
        self.device.recall(memory)
        quota = self.device.failures.get(Endpoint.CAPTURE)
        if quota is not None and isinstance(quota.error, CaptureQuotaUsed):
            self.snapshots.close_for_today(quota.error)

    def recover(self, left: LeftMove) -> None:
        """Stop what an earlier run may have left moving, before anything else."""
        self.ptz.recover(left)

    async def check_online(self) -> bool:
        """Ask whether the camera is connected to the platform.

        Where the platform cannot be asked that, this asks for a live address: that costs the
        device nothing, and most platforms give none for a device that is offline.

        Raises:
            SodaError: if that could not be found out.

        """
        client = self.device.client
        if not client.knows(Endpoint.ONLINE):
            try:
                await self.live.fetch(PROBE_PROTOCOL, Priority.ONLINE)
            except DeviceOffline:
                return False
            except VideoEncrypted:
                pass  # which is as good as an address
            if not client.knows(Endpoint.ONLINE):  # or else that was found out just now
                return True
        return await self.queue.run(Priority.ONLINE, self.device.check_online, key="online")

    async def talk_url(self) -> TalkAddress:
        """Return an address to talk through; each is good for 5 minutes.

        Raises:
            SodaError: if the platform gives none.

        """
        return await self.queue.run(Priority.LIVE, self.device.talk_url, key="talk")

    async def close(self) -> None:
        """Stop what moves, then let everything go."""
        rests = self.device.client.rests
        if rests.get(self.serial) == self.queue.rest:  # there may be a new camera for the device
            del rests[self.serial]
        self.speaker.close()
        await self.at_hand.close()
        await self.live.close()
        await self.ptz.close()
        await self.queue.close()
        await self.snapshots.close()
