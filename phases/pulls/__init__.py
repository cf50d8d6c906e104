"""How images come onto a machine, for the phase `images`: pulled, or imported from an archive."""
