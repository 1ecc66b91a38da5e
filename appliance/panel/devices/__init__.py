"""The things on the desk: pins, lamps, piezo, buttons, and the display on its bus."""
