"""A stand-in for go2rtc: as much of its API as Home Assistant uses, for the demo and the tests.

go2rtc is in no package registry. Where it is not installed, this one hands H.264 from live
addresses on by WebRTC, unchanged, and makes Opus of their sound. Like go2rtc, it reads an address
once for all who watch, tries an address that ended again and again with growing pauses, and closes
it with the last who leaves. Unlike go2rtc, it knows no other codecs, protocols and browsers than
the demo's, and a session ends with its websocket.

It runs in an environment of its own: `python -m demo.go2rtc --port 8125`.
"""
