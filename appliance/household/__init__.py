"""Readings in, the situation out. Nobody here asks for the time: it comes with each event."""
