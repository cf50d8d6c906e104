"""The verb `token create`: a new join command from a finished master, printed as `init` prints it."""

from __future__ import annotations

import argparse

from phases.engine.request import Request
from tui.init import see_through, started, view_for


def create(arguments: argparse.Namespace) -> int:
    """Makes a new token (and certificate key, if asked to) and returns the engine's exit code."""
    view = view_for(as_json=arguments.json, detail=arguments.v or 0)
    return see_through(started(make_request(arguments)), view)


def make_request(arguments: argparse.Namespace) -> Request:
    """What an engine is asked for; the configuration is the cluster's own."""
    return Request(
        workflow="token",
        flags={"token-ttl": arguments.ttl} if arguments.ttl else {},
        renew=True,
        upload_certs=arguments.upload_certs,
        mode="rehearsal" if arguments.rehearse else "real",
        folder=arguments.rehearse or "",
    )
