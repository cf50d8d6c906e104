"""What fixes and undo say, as messages for the catalogues; a test tells when one is missing."""

from __future__ import annotations

from tui.text import mark

FIXES: tuple[str, ...] = (
    mark("Prepare this machine"),
    mark("Put back what was there"),
    mark("End the cluster on this machine"),
    mark("no cluster of ours is on this machine"),
    mark("pods may still run: {reason}"),
    mark("images stay: {reason}"),
    mark("Forward packets between pods (IPv4)"),
    mark("Forward packets between pods (IPv6)"),
    mark("Switch swap off"),
    mark("Name this node in /etc/hosts"),
    mark("Start the kubelet with the machine"),
    mark("no fix was asked for (--fix)"),
    mark("it takes more than settings: --fix all does it"),
    mark("there is no service kubelet: its package comes first"),
    mark("no fix is called {names}"),
    mark("`{command}` failed"),
    mark("Mend it by hand, or run the same command again"),
    mark("{target} stays as it is: {reason}"),
    mark("it was changed since"),
    mark("it was a {kind}"),
    mark("there is something in it ({name})"),
    mark("{path} is gone"),
    mark("something new is there, what was before lies in {path}"),
    mark("`{command}`: {said}"),
    mark("the ledger doesn't tell what it was"),
    mark("the report can't be written to {path}"),
    mark("Name another file"),
    mark("move"),
)
