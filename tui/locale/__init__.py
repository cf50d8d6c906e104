"""The catalogues, one folder per language; `python -m tui.locale` brings them up to date."""
