"""Who watches a camera by WebRTC: a thin provider around the one that Home Assistant has found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, override

from homeassistant.components.camera import (
    Camera,
    CameraWebRTCProvider,
    WebRTCAnswer,
    WebRTCError,
    WebRTCMessage,
    WebRTCSendMessage,
)
from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError

from ..api.foreign import hide_addresses

type Expect = Callable[[Callable[[], bool]], Callable[[], None]]

OFFER_FAILED = "webrtc_offer_failed"


class Sessions:
    """The WebRTC sessions of one camera.

    Attributes:
        watching: those that have their answer. There is one once there is a picture, as far as the
            provider looks for one.

    """

    def __init__(
        self, expect: Expect, changed: Callable[[], None], failed: Callable[[], None]
    ) -> None:
        """Take whom to tell of a change, and when a provider had no picture for somebody.

        `expect` wants to know whether a first picture has come.
        """
        self.watching: set[str] = set()
        self._expect = expect
        self._changed = changed
        self._failed = failed
        # Without an answer: how to tell those, and what ends the wait.
        self._offers: dict[str, tuple[WebRTCSendMessage, Callable[[], None]]] = {}

    @property
    def all(self) -> tuple[str, ...]:
        """Those that watch, and those that wait."""
        return (*self.watching, *self._offers)

    @callback
    def offered(self, session: str, send: WebRTCSendMessage) -> None:
        """Note that somebody wants to watch, and expect a picture."""
        self._offers[session] = send, self._expect(lambda: session in self._offers)

    @callback
    def answered(self, session: str) -> None:
        """Note that somebody watches."""
        self._end_wait(session)
        self.watching.add(session)
        self._changed()

    @callback
    def refuse_waiting(self) -> None:
        """Have those who wait come again: what they wait for does not come."""
        for session, (send, _) in list(self._offers.items()):
            self.ended(session)
            send(WebRTCError(OFFER_FAILED, "no picture in time"))

    @callback
    def failed(self, session: str) -> None:
        """Note that there is no picture for somebody."""
        self.ended(session)
        self._failed()

    @callback
    def ended(self, session: str) -> None:
        """Note that somebody has left, or was refused."""
        self._end_wait(session)
        self.watching.discard(session)
        self._changed()

    @callback
    def end_all(self) -> None:
        """Note that nobody watches any more."""
        for session in self.all:
            self.ended(session)

    def _end_wait(self, session: str) -> None:
        if session in self._offers:
            _, end = self._offers.pop(session)
            end()


class WatchedProvider(CameraWebRTCProvider):
    """Hands everything on to another provider, and notes who watches.

    Attributes:
        provider: the other one.
        refused_camera: it could not prepare the camera's live picture when it was added.

    """

    def __init__(self, provider: CameraWebRTCProvider, sessions: Sessions) -> None:
        """Stand before a provider, for one camera."""
        self.provider = provider
        self.refused_camera = False
        self._sessions = sessions

    @property
    @override
    def domain(self) -> str:
        """Return the integration of the provider."""
        return self.provider.domain

    @callback
    @override
    def async_is_supported(self, stream_source: str) -> bool:
        """Tell whether it plays addresses of a kind."""
        return self.provider.async_is_supported(stream_source)

    @override
    async def async_handle_async_webrtc_offer(
        self, camera: Camera, offer_sdp: str, session_id: str, send_message: WebRTCSendMessage
    ) -> None:
        """Have an offer answered, or refused if there is no live picture.

        Home Assistant logs an error for whatever is raised here, and players try again and again.
        """
        self._sessions.offered(session_id, send_message)

        @callback
        def send(message: WebRTCMessage) -> None:
            if isinstance(message, WebRTCAnswer):
                self._sessions.answered(session_id)
            elif isinstance(message, WebRTCError):
                self._sessions.failed(session_id)
            send_message(message)

        try:
            await self.provider.async_handle_async_webrtc_offer(camera, offer_sdp, session_id, send)
        except HomeAssistantError as err:
            send(WebRTCError(OFFER_FAILED, hide_addresses(str(err))))
        except Exception as err:  # noqa: BLE001 - whatever a provider of others says
            # By its kind alone: what it says may have the signed address, and be logged.
            send(WebRTCError(OFFER_FAILED, type(err).__name__))

    @override
    async def async_on_webrtc_candidate(self, session_id: str, candidate: Any) -> None:
        """Hand on where the browser can be reached."""
        await self.provider.async_on_webrtc_candidate(session_id, candidate)

    @callback
    @override
    def async_close_session(self, session_id: str) -> None:
        """Close a session."""
        self._sessions.ended(session_id)
        self.provider.async_close_session(session_id)

    # From here on: Home Assistant 2026; 2025.4 asks for none of it.

    async def async_get_image(
        self, camera: Camera, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """Return a picture of what is handed on."""
        get_image = getattr(self.provider, "async_get_image", None)
        return await get_image(camera, width, height) if get_image else None

    async def async_register_camera(self, camera: Camera) -> None:
        """Prepare the live picture, if the user wants that; a failure is `Preload`'s business."""
        try:
            await self._hand_on("async_register_camera", camera)
        except HomeAssistantError:
            self.refused_camera = True

    async def async_unregister_camera(self, camera: Camera) -> None:
        """Forget a camera."""
        await self._hand_on("async_unregister_camera", camera)

    async def async_on_camera_prefs_update(self, camera: Camera) -> None:
        """Follow the user's wish that the live picture be prepared.

        Raises:
            HomeAssistantError: if there is no live picture.

        """
        await self._hand_on("async_on_camera_prefs_update", camera)

    async def _hand_on(self, name: str, camera: Camera) -> None:
        if (method := getattr(self.provider, name, None)) is None:
            return
        try:
            await method(camera)
        except HomeAssistantError:
            raise
        except Exception as err:  # noqa: BLE001 - as above
            raise HomeAssistantError(f"WebRTC: {type(err).__name__}") from None
