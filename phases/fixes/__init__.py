"""What mends a machine that a check has found wanting: one small module per theme, one Fix per remedy.

`fix` says what a fix is, `table` lists them in the order in which they are applied. They change
things through the ports alone, so a dry run of one shows the exact change, and the ledger takes it
back. Which are applied is decided by the phase `prepare`.
"""
