"""The recipe of the SD-card image: from Debian packages and this repository to a card that boots.

One file a stage, each a pure question of what goes where; all are run by Debian trixie's own tools (see ../tools.sh).
"""
