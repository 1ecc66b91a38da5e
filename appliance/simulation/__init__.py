"""A house, its meter, wire faults, the display's chip, the terminal panel. Nothing in production imports this room."""
