"""Learning platforms: their archives of submissions in, lists of students in, grades out."""
