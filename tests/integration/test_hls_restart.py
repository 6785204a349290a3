"""Home Assistant's own playlist, without what `live/hls_restart.py` mends in it."""

from __future__ import annotations

from unittest.mock import Mock

from homeassistant.components.stream import HLS_PROVIDER
from homeassistant.components.stream.core import Segment
from homeassistant.components.stream.diagnostics import Diagnostics
from homeassistant.components.stream.hls import HlsStreamOutput
from homeassistant.components.stream.worker import StreamState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util


async def test_a_restart_drops_a_segment_but_not_its_number(hass: HomeAssistant) -> None:
    """If this fails, Home Assistant has mended it: look whether `hls_restart` can go."""
    output = HlsStreamOutput(hass, Mock(), Mock(min_segment_duration=2), Mock())
    state = StreamState(hass, lambda: {HLS_PROVIDER: output}, Diagnostics())
    begun = state.next_sequence()
    segment = Segment(
        sequence=begun,
        stream_id=state.stream_id,
        init=b"",
        start_time=dt_util.utcnow(),
        _stream_outputs=[],
    )
    output._async_put(segment)
    state.discontinuity()
    await hass.async_block_till_done()
    assert list(output.get_segments()) == []
    assert state.next_sequence() == begun + 1
