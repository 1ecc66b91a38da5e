"""The situation in, other machines out: each link is off until the settings name it, and may be slow or missing."""
