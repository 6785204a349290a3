"""Photos that are kept: in the media folder, in one folder for each camera and day."""
