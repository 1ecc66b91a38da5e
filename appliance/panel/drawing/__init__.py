"""Ink: type, widgets and charts; each knows the box it takes and draws itself there and nowhere else."""
