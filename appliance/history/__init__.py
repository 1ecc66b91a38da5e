"""The one SQLite file: what is written, read back, rescued and exported."""
