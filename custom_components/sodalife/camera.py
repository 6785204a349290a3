"""The camera: a snapshot from memory and a live picture, and the actions on it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, cast, override

from homeassistant.components.camera import (
    Camera as CameraEntity,
    CameraEntityFeature,
    CameraWebRTCProvider,
)
from homeassistant.components.stream import Stream
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.http import current_request

from .activity import Activity, note_activity
from .api import Camera, LiveAddress, PhotoReason
from .const import OPT_LIVE_PROTOCOL
from .coordinator import SodaConfigEntry, SodaCoordinator
from .entity import SodaEntity, async_add_for_cameras
from .errors import translated
from .live.log_filter import hide_signed_addresses
from .live.preload import Preload, wanted_for_preload
from .live.source_scheme import SourceScheme
from .live.stills import frame_of_provider, frame_of_stream
from .live.stream import FRESH, LiveStream
from .live.webrtc import Sessions, WatchedProvider

PARALLEL_UPDATES = 0  # a stop waits for nobody; the call queue keeps the order
ACTION = 10.0  # seconds from an action's coming until it has asked for its picture


def _is_a_look() -> bool:
    """Tell whether a picture is asked for by a dashboard, which asks again and again."""
    request = current_request.get()
    return request is not None and request.path.startswith("/api/camera_proxy")


async def async_setup_entry(
    hass: HomeAssistant, entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the camera entities."""
    await async_add_for_cameras(entry, async_add_entities, SodaCamera)


class SodaCamera(SodaEntity, CameraEntity):
    """A camera behind the platform."""

    key = "camera"
    _attr_name = None
    _attr_supported_features = CameraEntityFeature.STREAM
    _attr_frame_interval = 10.0  # the MJPEG fallback would ask twice a second
    _attr_brand = "EZVIZ"
    _unrecorded_attributes = frozenset({"captured_at"})

    def __init__(
        self, coordinator: SodaCoordinator, camera: Camera, subentry: ConfigSubentry
    ) -> None:
        """Bind to a camera."""
        SodaEntity.__init__(self, coordinator, camera, subentry)
        CameraEntity.__init__(self)
        self._live: LiveStream | None = None
        self._preload: Preload | None = None
        self._sessions = Sessions(self._expect_picture, self._live_changed, camera.live.doubt)
        self._provider: WatchedProvider | None = None
        self._acted_at = float("-inf")  # monotonic time of the last action on this camera
        self.looks_are_live = False  # dashboards were last shown what is live, not a photo

    @property
    @override
    def is_streaming(self) -> bool:
        """Whether somebody is watching live."""
        if self._sessions.watching:
            return True
        live = self._live
        return live is not None and live.stream is not None and live.watched

    def shows_live(self) -> bool:
        """Tell whether a live picture is there."""
        return bool(self._sessions.watching or (self._live and self._live.has_picture))

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """When the snapshot was taken, how live travels and why, and what the camera cannot do."""
        protocol, reason = self.soda.live_protocol.current
        snapshot, refused = self.soda.snapshots.last, sorted(self.soda.device.refused)
        return {
            "live_protocol": protocol,
            "live_protocol_reason": reason,
            "captured_at": snapshot and datetime.fromtimestamp(snapshot.captured_at, UTC),
            "ptz_unsupported": [command.name.lower() for command in refused],
        }

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the camera and its stills."""
        await super().async_added_to_hass()
        protocol = self.soda.live_protocol
        self._live = LiveStream(
            self.hass,
            self.entity_id,
            self._live_address,
            self.soda.live.drop,
            self._live_changed,
            protocol.expect,
        )
        self.async_on_remove(protocol.fell_back.subscribe(self._live.renew))
        self.async_on_remove(protocol.gave_up.subscribe(self._sessions.refuse_waiting))
        self.async_on_remove(self._live.close)
        self.async_on_remove(self._close_sessions)
        self._preload = Preload(self.hass, self.entity_id, self.soda.device, self._start_preload)
        self.async_on_remove(self._preload.close)
        if self._provider is not None and self._provider.refused_camera:
            self._preload.begin()
        self.async_on_remove(self.soda.snapshots.taken.subscribe(self.async_write_ha_state))
        hide_signed_addresses(self.entity_id)

    @callback
    @override
    def async_set_context(self, context: Context) -> None:
        """Take note of an action on this camera: the picture that it asks for is commanded."""
        super().async_set_context(context)
        self._acted_at = self.coordinator.clock.monotonic()

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """Return the live picture's newest frame if somebody watches, else the snapshot.

        Who only looks may be shown what the camera saw before it moved; the age stands beside it.
        Who keeps the picture, or lets it be judged, may not.
        """
        only_looks = _is_a_look()
        frame = await self._live_frame(width, height, only_looks=only_looks)
        if only_looks and self.looks_are_live is not (frame is not None):
            self.looks_are_live = frame is not None
            self.soda.device.changed.emit()
        if frame is not None:
            self.content_type = "image/jpeg"
            return frame
        acts = not only_looks and self.coordinator.clock.monotonic() - self._acted_at < ACTION
        reason, last = PhotoReason.COMMANDED if acts else PhotoReason.LOOK, self.soda.snapshots.last
        by = self._context
        with translated(self.camera_name):
            snapshot = await self.soda.snapshots.get(this_view=not only_looks, reason=reason)
        if acts and snapshot is not last:
            note_activity(self.hass, self.soda, Activity.PHOTO_TAKEN, by)
        self.coordinator.poller.look(self.soda, self.shows_live)
        self.content_type = snapshot.picture.content_type
        return snapshot.picture.content

    async def _live_frame(
        self, width: int | None, height: int | None, *, only_looks: bool
    ) -> bytes | None:
        live, sessions = self._live, self._sessions.watching
        if live is None or not self.shows_live():
            return None
        if not only_looks and self.soda.snapshots.moved_within(FRESH):
            return None
        frame = None
        if live.has_picture and self.stream is not None:
            frame = await frame_of_stream(self.stream, width, height)
        if frame is not None or not sessions:
            return frame
        return await frame_of_provider(self._webrtc_provider, self, width, height)

    @override
    async def stream_source(self) -> str | None:
        """Return an address of the live picture."""
        return (await self._live_address()).url

    @override
    async def async_create_stream(self) -> Stream | None:
        """Return the stream, on an address that is good; to preloading none, but start it then."""
        if self._preload is not None and wanted_for_preload():
            self._preload.begin()
            return None
        self.coordinator.poller.look(self.soda, self.shows_live)
        address = await self._live_address()
        live, stream = self._live, self.stream
        asleep = stream is not None and not stream.outputs()  # it would wake with an old picture
        if asleep or (live is not None and not live.can_play(address)):
            self.stream = None
            if live is not None:
                live.let_go()
        if self._live is not None and self.stream is not None:
            self._live.use(self.stream, address)
        stream = await super().async_create_stream()
        if self._live is not None and stream is not None:
            self._live.use(stream, address)
            stream.set_update_callback(self._stream_changed)
        return stream

    @override
    async def _async_get_supported_webrtc_provider[T](
        self, fn: Callable[[HomeAssistant, CameraEntity], Coroutine[None, None, T | None]]
    ) -> T | None:
        """Let WebRTC providers look at the scheme of the source; follow who watches by one."""
        stand_in = cast("CameraEntity", SourceScheme(self.coordinator.options[OPT_LIVE_PROTOCOL]))
        found = await super()._async_get_supported_webrtc_provider(
            lambda hass, _: fn(hass, stand_in)
        )
        if self._provider is not None and self._provider.provider is not found:
            self._provider = None  # nobody will be told of the ends of its sessions
            self._sessions.end_all()
        self.soda.live_protocol.has_webrtc = found is not None
        if not isinstance(found, CameraWebRTCProvider):
            return found
        self._provider = self._provider or WatchedProvider(found, self._sessions)
        return cast("T", self._provider)

    async def _start_preload(self) -> Stream | None:
        if self._provider is not None:
            await self._provider.async_on_camera_prefs_update(self)
        return await self.async_create_stream()

    def _expect_picture(self, missing: Callable[[], bool]) -> Callable[[], None]:
        """Follow whether somebody who comes to watch by WebRTC gets a picture."""
        self.coordinator.poller.look(self.soda, self.shows_live)
        return self.soda.live_protocol.expect(missing)

    @callback
    def _close_sessions(self) -> None:
        """End what is watched by WebRTC: the camera goes."""
        for session in self._sessions.all:
            self.close_webrtc_session(session)

    @callback
    def _live_changed(self) -> None:
        if self._live is None or self._live.stream is None:
            ended, self.stream = self.stream, None
            if ended is not None and self._preload is not None:
                self._preload.begin()  # another one, if the user wants that
        self.async_write_ha_state()

    def _stream_changed(self) -> None:
        self.async_write_ha_state()
        if self._live is not None:
            self._live.changed()

    async def _live_address(self) -> LiveAddress:
        self.soda.at_hand.note_viewer()
        with translated(self.camera_name):
            return await self.soda.live_protocol.address()
