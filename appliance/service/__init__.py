"""The one process: it makes everything, keeps it going, and answers who asks."""
