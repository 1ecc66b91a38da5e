"""Readings in, the situation out. Nothing here asks for the time: it comes with each event."""
