"""Python's garbage collector, for a program that runs for years and must answer within a millisecond.

It looks through all objects whenever so many new ones have been made, in the midst of whatever is done then. Beside the
links, which make many, one list in a hundred waited for it on its way to the lamp.
"""

import gc

EVERY = 5000
"""New objects after which the youngest are looked through (700 by default); nearly all go without it."""
YOUNGEST, YOUNG = 20, 10
"""So many times until the next older ones are looked through too, and these until all are."""


def collect_rarely() -> None:
    """Look no more through what has been loaded by now, and more rarely through all else."""
    gc.freeze()
    gc.set_threshold(EVERY, YOUNGEST, YOUNG)
