"""What can go wrong in the lab, as exceptions. Wording lives where each is raised."""

from __future__ import annotations


class LabError(Exception):
    """The lab couldn't do what it was asked to."""


class MissingError(LabError):
    """This machine lacks something that the lab needs."""


class CommandError(LabError):
    """A command ended with another code than 0; the message holds everything it printed."""
