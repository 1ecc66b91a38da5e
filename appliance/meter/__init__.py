"""Octets in, readings out: no I/O, no clock, no threads, no logging, no settings."""
