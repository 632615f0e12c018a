"""Keepers: they put the cats on the street, take them home, and finish what was left undone."""
