"""What each camera endpoint does once a call was let through."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Final

from .codes import PlatformError
from .scene import jpeg
from .voice import Voice, decode, recognise

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .calls import Ask, Call
    from .camera import SimCamera
    from .cloud import Cloud

    type Answer = dict[str, object]
    type Action = Callable[[Cloud, SimCamera, Call, Ask], Awaitable[Answer]]

SUCCESS: Final = "SUCCESS"
SERVED: Final = {"hls": "m3u8", "flv": "flv"}  # live protocols, and how their addresses end


async def capture(cloud: Cloud, camera: SimCamera, _call: Call, ask: Ask) -> Answer:
    """Take a photo of what the camera sees at the time of the command."""
    view = camera.view
    await cloud.clock.sleep(cloud.capture_seconds)
    picture = await cloud.workshop.run(jpeg, camera.scene, view, cloud.picture_size)
    camera.photos += 1
    return {"picUrl": f"http://{ask.host}{cloud.pictures.add(camera.serial, picture)}"}


async def controlling(_cloud: Cloud, camera: SimCamera, call: Call, _ask: Ask) -> Answer:
    """Start or stop a move."""
    if call.action is None or call.command is None:
        raise PlatformError("10001")
    camera.control(call.action, call.command)
    return {"data": SUCCESS}


async def sendvoice(cloud: Cloud, camera: SimCamera, call: Call, ask: Ask) -> Answer:
    """Take a sound file."""
    if ask.upload is None:
        raise PlatformError("111008")
    data, kind = ask.upload.data, recognise(ask.upload.data)
    sound = await cloud.workshop.run(partial(decode, data, kind, cloud.max_voice_seconds))
    voice = Voice(
        number=camera.voices_received + 1,
        data=data,
        filename=ask.upload.filename,
        kind=kind,
        received=call.arrived,
        **asdict(sound),
    )
    camera.hear(voice)
    return {"data": SUCCESS}


async def liveurl(cloud: Cloud, camera: SimCamera, call: Call, ask: Ask) -> Answer:
    """Hand out a live address."""
    protocol = call.protocol or ""
    if camera.encrypted:
        raise PlatformError("60019")
    if protocol == "rtsp":  # Hikvision platform only
        raise PlatformError("60020")
    scheme, high = protocol.removesuffix("hd"), protocol.endswith("hd")
    if cloud.only_served and scheme not in SERVED:
        raise PlatformError("60020")
    if kind := SERVED.get(scheme):
        dated = cloud.rules.token_in_query
        address = cloud.live.add(
            camera.serial, kind, dated=dated, high=high or not dated, life=camera.live_life
        )
        return {"url": f"http://{ask.host}{address.target}"}
    return {"url": cloud.live.other(camera.serial, scheme, ask.host, high=high)}


async def onlinestatus(_cloud: Cloud, camera: SimCamera, _call: Call, _ask: Ask) -> Answer:
    """Tell whether the device is reached."""
    return {"online": int(camera.online)}


async def talkurl(cloud: Cloud, camera: SimCamera, _call: Call, ask: Ask) -> Answer:
    """Hand out an intercom address (nobody serves it here)."""
    host = ask.host.partition(":")[0]
    return {"url": f"rtsp://{host}:554/talk/{camera.serial}?t={cloud.make_secret(16)}"}


ACTIONS: Final[dict[str, Action]] = {
    "capture": capture,
    "controlling": controlling,
    "sendvoice": sendvoice,
    "liveurl": liveurl,
    "onlinestatus": onlinestatus,
    "talkurl": talkurl,
}
