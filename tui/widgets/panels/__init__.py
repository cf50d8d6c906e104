"""What the panel of a phase shows, a module per kind of thing; all of them only turn facts into lines."""
