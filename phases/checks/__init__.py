"""What has to be true of a machine before init may touch it: one small function per check.

`check` says what a check is, `table` lists them, `together` runs them; the rest are the checks by
theme. They look and change nothing. What becomes of their findings is the preflight phase's business.
"""
