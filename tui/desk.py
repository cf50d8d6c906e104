"""The join desk's facts: the commands of a handover, with secrets hidden or shown, and time left.

What the page does with them lives in `screens.join`; what makes new ones is the engine's business.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from phases.engine.state import RunState
from tui import signs
from tui.closing import handover
from tui.text import _, said

SECRETS = re.compile(r"(--token \w{6}\.)(\w{16})|(--certificate-key )(\w+)")
COPIED = re.compile(r"copy the shared certificates to them first \((.+?)\)")
"""What a command without a certificate key takes, as `phases.show_join_command` says it."""

CERTIFICATE_KEY_LASTS = timedelta(hours=2)
"""How long the uploaded certificates can be fetched, as with kubeadm."""

FILES = {"worker": "join-worker.sh", "control_plane": "join-control-plane.sh"}


@dataclass(frozen=True, slots=True)
class Desk:
    """What there is to hand out; `expires` None where the token never does."""

    commands: Mapping[str, str]
    expires: datetime | None = None
    uploaded: datetime | None = None
    no_control_plane: str = ""

    @classmethod
    def of(cls, state: RunState) -> Desk:
        """From the handover of a run; empty where that can't be read."""
        data = handover(state)
        commands = {key: str(data[key]) for key in FILES if data.get(key)}
        return cls(
            commands, _time(data, "expires"), state.ended, str(data.get("no_control_plane", ""))
        )

    def until(self, kind: str) -> datetime | None:
        """When a command stops working: with its token, and for control planes with the uploaded key."""
        ends = [self.expires] if self.expires else []
        if kind == "control_plane" and "--certificate-key" in self.commands[kind] and self.uploaded:
            ends.append(self.uploaded + CERTIFICATE_KEY_LASTS)
        return min(ends, default=None)


def tokens(state: RunState) -> Mapping[str, str]:
    """The tokens of a run's join commands, whole, by their id; none where they can't be read."""
    found = SECRETS.findall(" ".join(map(str, handover(state).values())))
    whole = [f"{lead.removeprefix('--token ')}{secret}" for lead, secret, *_key in found if lead]
    return {token.partition(".")[0]: token for token in whole}


def _time(data: Mapping[str, Any], key: str) -> datetime | None:
    try:
        return datetime.fromisoformat(str(data.get(key, "")))
    except ValueError:
        return None


def masked(command: str) -> str:
    """The command with its secrets as dots; the token's id stays, it is public."""
    dot = signs.pick("•", "*")
    return SECRETS.sub(
        lambda found: (found[1] or found[3]) + dot * (16 if found[1] else 12), command
    )


def in_short(why: str) -> str:
    """Why there is no command, or what it takes: in a line, with the files left to the help."""
    if found := COPIED.search(why):
        count = len(found[1].split(", "))
        return _(
            "copy {count} shared certificates and keys there first (F1 lists them)", count=count
        )
    return said(why)


def left(until: datetime | None, now: datetime) -> str:
    """How long something is still good for, in words."""
    if until is None:
        return _("does not expire")
    seconds = int((until - now).total_seconds())
    if seconds <= 0:
        return _("expired")
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return _("valid for {h} h {m} min", h=hours, m=minutes)
    return _("valid for {m} min {s} s", m=minutes, s=seconds % 60)


def save(command: str, path: Path) -> None:
    """Writes the command as a script that only its owner may read. Raises OSError."""
    path.unlink(missing_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(f"#!/bin/sh\nexec {command}\n")
