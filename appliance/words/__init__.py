"""What is said to people: the catalogues of each language, its numbers, dates and times. This room imports no other."""
