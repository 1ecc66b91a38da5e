"""The page for the browsers of the house, and figures for its programs: HTTP by h11 on asyncio, and no framework."""
