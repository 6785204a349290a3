"""Sounds: from whatever Home Assistant can play to a clip that the platform takes."""
