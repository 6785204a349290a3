"""Keeps players on a Home Assistant stream when it restarts on another address.

When a stream restarts, Home Assistant drops the segment that was just begun but not its number,
and repeats the mark of the discontinuity when that has become the beginning of the playlist, though
the count of discontinuities includes it by then. Either way its playlist contradicts what it said
before, and hls.js, the player in browsers, gives up. Here both are put right.

Seen in Home Assistant 2025.4.4 and 2026.10.4. `tests/integration/test_hls_restart.py` fails once
the first is mended there; to see the second, watch a stream whose address ends for two minutes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from homeassistant.components.stream import HLS_PROVIDER, Stream
from homeassistant.components.stream.const import NUM_PLAYLIST_SEGMENTS
from homeassistant.core import callback

if TYPE_CHECKING:
    from homeassistant.components.stream.core import Segment

MARK = "#EXT-X-DISCONTINUITY\n"


@callback
def keep_players(stream: Stream) -> None:
    """Make the playlist of a running stream a consistent one; once is enough, more do no harm."""
    output = stream.outputs().get(HLS_PROVIDER)
    put: Callable[[Segment], None] | None = getattr(output, "_async_put", None)
    if output is None or put is None or "_async_put" in vars(output):
        return
    get_segments = output.get_segments

    @callback
    def put_next(segment: Segment) -> None:
        if output.last_segment is not None:
            segment.sequence = output.last_segment.sequence + 1
        put(segment)

    def get_segments_without_first_mark() -> deque[Segment]:
        segments = get_segments()
        _unmark_first(segments)
        return segments

    vars(output).update(_async_put=put_next, get_segments=get_segments_without_first_mark)


def _unmark_first(segments: deque[Segment]) -> None:
    """Take the mark from the segment with which a playlist begins."""
    if not segments:
        return
    length = NUM_PLAYLIST_SEGMENTS + (not segments[-1].complete)  # as in HlsPlaylistView.render
    first = segments[max(0, len(segments) - length)]
    if first.hls_playlist_template:
        first.hls_playlist_template[0] = first.hls_playlist_template[0].removeprefix(MARK)
