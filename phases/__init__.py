"""The phases of a bootstrap: every module here is one phase, every folder is machinery."""
