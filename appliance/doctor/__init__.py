"""What is wrong with this machine, its wiring and its line, and what to do about it."""
