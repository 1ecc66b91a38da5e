"""Fills a board's ground with KiCad's own library, and prints the outlines as JSON. Runs in KiCad's Python, not ours.

KiCad writes what it saves with new identifiers each time; so only the outlines are taken from it.
"""

import json
import sys
from pathlib import Path

import pcbnew  # KiCad's, in hardware/.tools only

board = pcbnew.LoadBoard(sys.argv[1])
pcbnew.ZONE_FILLER(board).Fill(board.Zones())
found: dict[str, list[list[tuple[float, float]]]] = {}
for zone in board.Zones():
    layer = zone.GetLayer()
    outlines = zone.GetFilledPolysList(layer)
    for place in range(outlines.OutlineCount()):
        line = outlines.Outline(place)
        points = [line.CPoint(step) for step in range(line.PointCount())]
        corners = [(pcbnew.ToMM(point.x), pcbnew.ToMM(point.y)) for point in points]
        found.setdefault(board.GetLayerName(layer), []).append(corners)
Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")
