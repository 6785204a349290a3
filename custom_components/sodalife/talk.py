"""Hold to talk: takes what somebody has said in the card, and tells what becomes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from http import HTTPStatus
from io import FileIO
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.components.http import KEY_HASS_USER, HomeAssistantView
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .activity import Activity, note_activity
from .api import Clip, Place
from .api.errors import VoiceEmpty, VoiceFormat
from .api.single_flight import launch, outcome_of
from .audio.clip import async_media_clip
from .audio.formats import MIN_SOUND, recognise
from .audio.gong import MAX_GONG, NO_GONG, async_gong
from .audio.join import read_all
from .audio.media import Media, async_spooled, write_all
from .const import DOMAIN, OPT_GONG
from .errors import failed, invalid, translated
from .targets import cameras_by_id, not_running, unreachable

if TYPE_CHECKING:
    from .camera import SodaCamera

MAX_CLIP = 2 * 1000 * 1000  # bytes: a minute of 16 kHz mono, 16 bit
MAX_SECONDS = 60.0  # what the platform takes for certain
CHUNK = 1 << 16
# Of what is refused before it waits; all else stands in the way for now.
STATUS = {
    "not_allowed": HTTPStatus.FORBIDDEN,
    "camera_not_loaded": HTTPStatus.NOT_FOUND,
    "clip_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "voice_empty": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "voice_format": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}


@callback
def async_setup_talk(hass: HomeAssistant) -> None:
    """Register the view, whether or not there is an application yet."""
    hass.http.register_view(TalkView(hass))


class TalkView(HomeAssistantView):
    """Takes a clip for a camera's speaker.

    The answer comes in lines of JSON: that it waits, for how many seconds about, and then that the
    platform has accepted it, and how many seconds it plays, or why it has not. What is refused
    before it waits, is so by the status.
    """

    url = f"/api/{DOMAIN}/voice/{{entity_id}}"
    name = f"api:{DOMAIN}:voice"

    def __init__(self, hass: HomeAssistant) -> None:
        """Take the Home Assistant whose cameras speak."""
        self._hass = hass

    async def post(self, request: web.Request, entity_id: str) -> web.StreamResponse:
        """Have a clip heard, as it is, behind the gong of the options."""
        answer = _Answer(request)
        by = Context(user_id=request[KEY_HASS_USER].id)
        try:
            camera = self._camera(request, entity_id)
            with translated(camera.camera_name):
                file, seconds = await self._received(request)
                # A minute and a gong would be refused: what was said counts more.
                room = seconds <= MAX_SECONDS - MAX_GONG
                gong = camera.coordinator.options[OPT_GONG] if room else NO_GONG
                # Home Assistant cancels this if the page is closed; what was said is sent.
                await outcome_of(launch(self._play(file, gong, camera, answer, by)))
        except HomeAssistantError as err:
            return await answer.refuse(err)
        except (OSError, web.RequestPayloadError):  # whoever spoke has gone meanwhile
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        return await answer.end()

    def _camera(self, request: web.Request, entity_id: str) -> SodaCamera:
        """Return the camera, if it is there and whoever asks may use it."""
        camera = cameras_by_id(self._hass).get(entity_id)
        allowed = request[KEY_HASS_USER].permissions.check_entity
        if not allowed(entity_id, POLICY_CONTROL):
            may_know = camera is not None and allowed(entity_id, POLICY_READ)
            name = camera.camera_name if camera is not None and may_know else entity_id
            raise failed("not_allowed", camera=name)
        if camera is None:
            raise not_running(self._hass, entity_id)
        if not camera.available:
            raise unreachable(camera)
        return camera

    async def _play(
        self, file: FileIO, gong: str, camera: SodaCamera, answer: _Answer, by: Context
    ) -> None:
        async def opened() -> FileIO:
            return file

        with file:
            first = await async_gong(self._hass, gong, None)
            media = Media(object(), None, opened).after(first)
            speaker, place = camera.soda.speaker, Place.ANNOUNCEMENT
            wait = speaker.wait(place)

            @asynccontextmanager
            async def make() -> AsyncIterator[Clip]:
                await answer.tell(state="waiting", seconds=round(wait, 1))
                async with async_media_clip(self._hass, media) as clip:
                    yield clip

            plays = await speaker.play(make, place)
            note_activity(camera.hass, camera.soda, Activity.SPOKE, by)
            await answer.tell(state="accepted", seconds=round(plays, 2))

    async def _received(self, request: web.Request) -> tuple[FileIO, float]:
        """Return a file with what was sent, for whoever asked to close, and its length."""
        limit = str(MAX_CLIP // 10**6)
        size = request.content_length or 0
        if size > MAX_CLIP:
            raise invalid("clip_too_large", limit=limit)
        with ExitStack() as closing:
            file = closing.enter_context(await async_spooled(self._hass))
            size = 0
            async for piece in request.content.iter_chunked(CHUNK):
                if (size := size + len(piece)) > MAX_CLIP:
                    raise invalid("clip_too_large", limit=limit)
                await self._hass.async_add_executor_job(write_all, file, piece)
            seconds = await self._hass.async_add_executor_job(_require_sound, file)
            closing.pop_all()
            return file, seconds


def _require_sound(file: FileIO) -> float:
    """Refuse what the platform would not take as it is, or return how long it is.

    Whoever speaks waits for no conversion.
    """
    content = read_all(file)
    found = recognise(content)
    if found is None and content:
        raise VoiceFormat("", "not a sound")
    if found is None or found.seconds < MIN_SOUND:
        raise VoiceEmpty
    return found.seconds


class _Answer:
    """Tells whoever has spoken, line by line, how far it has come.

    That they listen no more is no reason not to send what they said.
    """

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._response: web.StreamResponse | None = None

    async def tell(self, **line: Any) -> None:
        with suppress(ConnectionError):
            if self._response is None:
                self._response = web.StreamResponse()
                self._response.content_type = "application/x-ndjson"
                self._response.headers["X-Accel-Buffering"] = "no"  # a proxy is to pass on each
                await self._response.prepare(self._request)
            await self._response.write(json.dumps(line).encode() + b"\n")

    async def refuse(self, err: HomeAssistantError) -> web.StreamResponse:
        reason = {
            "message": str(err),
            "translation_domain": err.translation_domain,
            "translation_key": err.translation_key,
            "translation_placeholders": err.translation_placeholders,
        }
        if self._response is None:
            status = STATUS.get(err.translation_key or "", HTTPStatus.CONFLICT)
            return web.json_response(reason, status=status)
        await self.tell(state="failed", **reason)
        return await self.end()

    async def end(self) -> web.StreamResponse:
        assert self._response is not None  # noqa: S101 - something was told before
        with suppress(ConnectionError):
            await self._response.write_eof()
        return self._response
