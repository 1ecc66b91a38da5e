"""The command line: one verb a file. What a verb does is done in the rooms."""
