"""Which kinds of H.264 are offered to a browser."""

from __future__ import annotations

from aiortc import RTCRtpSender
from aiortc.codecs import CODECS
from aiortc.rtcrtpparameters import (
    RTCRtcpFeedback,
    RTCRtpCodecCapability,
    RTCRtpCodecParameters,
)

# Main and high, which cameras send: aiortc encodes, and so offers, baseline only. What is not
# encoded here may be any that the browser takes.
PROFILES = ("4d001f", "64001f", "640c1f", "640032")
FIRST_PAYLOAD_TYPE = 110  # only until the browser's own takes its place
BASELINE = "42e01f"


def offer_all_profiles() -> None:
    """Have aiortc offer all profiles, from now on."""
    CODECS["video"] += [
        RTCRtpCodecParameters(
            mimeType="video/H264",
            clockRate=90_000,
            payloadType=FIRST_PAYLOAD_TYPE + number,
            rtcpFeedback=[
                RTCRtcpFeedback(type="nack"),
                RTCRtcpFeedback(type="nack", parameter="pli"),
            ],
            parameters={
                "level-asymmetry-allowed": "1",
                "packetization-mode": "1",
                "profile-level-id": profile,
            },
        )
        for number, profile in enumerate(PROFILES)
    ]


def opus() -> list[RTCRtpCodecCapability]:
    """Return Opus."""
    codecs = RTCRtpSender.getCapabilities("audio").codecs
    return [codec for codec in codecs if codec.mimeType == "audio/opus"]


def h264(profile: str, offer: str) -> list[RTCRtpCodecCapability]:
    """Return H.264 of one profile: the source's, if a browser's offer (SDP) has it."""
    wanted = profile[:2] if f"profile-level-id={profile[:2]}" in offer else BASELINE[:2]
    codecs = RTCRtpSender.getCapabilities("video").codecs
    repeats = [codec for codec in codecs if codec.mimeType == "video/rtx"]
    return repeats + [
        codec
        for codec in codecs
        if codec.mimeType == "video/H264"
        and str(codec.parameters["profile-level-id"]).startswith(wanted)
    ]
