"""Stands in for a package that would have to be compiled.

Home Assistant's voice assistant imports it; the demo has no microphone.
"""

MicroVad = None
