"""The situation in, light and sound out. Nothing here knows of frames."""
