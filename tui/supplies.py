"""What images are got with beside a kubeadm.yaml: archives of them, and the login of a registry.

What was typed lives in the session; reading an archive may take seconds, so it belongs beside a screen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from phases.engine.errors import ConfigurationError
from phases.engine.request import NO_LOGINS
from phases.model import registry_login
from phases.model.images import control_plane_images, full_name, lacking
from phases.model.plain_file import open_plain
from phases.model.problem import Problem, Problems
from phases.model.secret import Secret
from tui.fields.extras import ARCHIVES, LOGIN_FILE, PASSWORD, USERNAME

if TYPE_CHECKING:
    from tui.session import Session

MOST = 1 << 20
"""Bytes that a config.json may have."""

REPOSITORIES = ("imageRepository", "dns.imageRepository", "etcd.local.imageRepository")


@dataclass(frozen=True, slots=True)
class Archive:
    """What came of reading an archive: the names in it, or the sentence why it can't be used."""

    path: str
    names: tuple[str, ...] = ()
    fault: str = ""


def read_archive(path: str) -> Archive:
    """Blocks; what can't be used is told in the value."""
    from phases.system import image_archive  # the form is there sooner without it

    try:
        return Archive(path, image_archive.names(image_archive.read(path)))
    except image_archive.ArchiveError as error:
        return Archive(path, fault=str(error))


# what flags give


def image_archives(paths: Iterable[str]) -> tuple[str, ...]:
    """Paths that any process finds. Raises ConfigurationError for a file that can't be read."""
    found = tuple(str(Path(path).expanduser().absolute()) for path in paths)
    for path in found:
        try:
            open_plain(path).close()
        except OSError as error:
            raise ConfigurationError(
                "no-archive",
                f"the image archive {path} can't be read",
                why=error.strerror or str(error),
                remedy="Nothing was changed",
            ) from error
    return found


def registry_auth(path: str) -> Secret:
    """The text of a config.json, none without a path. Raises ConfigurationError, which quotes nothing of it."""
    try:
        return _login_file(path) if path else NO_LOGINS
    except Problems as problems:
        raise ConfigurationError(
            "no-login", str(problems.problems[0]), remedy="Nothing was changed"
        ) from None


def _login_file(path: str) -> Secret:
    """Raises Problems about the field of the form, which is called like the flag."""
    try:
        with open_plain(str(Path(path).expanduser())) as file:
            text = Secret(file.read(MOST).decode())
    except OSError as error:
        why = f"{path} can't be read: {error.strerror or error}"
        raise Problems([Problem(LOGIN_FILE, why)]) from error
    except UnicodeDecodeError:
        raise Problems([Problem(LOGIN_FILE, f"{path} is no text")]) from None
    registry_login.read(text, LOGIN_FILE)
    return text


# what the form gives


def archives(session: Session) -> tuple[str, ...]:
    """The paths that are named, one a line."""
    lines = (line.strip() for line in session.value(ARCHIVES).splitlines())
    return tuple(os.path.expanduser(line) for line in lines if line)  # noqa: PTH111  a text, not a path yet


def auth(session: Session) -> Secret:
    """The login that was typed or named, as a config.json; none where it can't be used."""
    try:
        if path := session.value(LOGIN_FILE).strip():
            return _known_file(path)
    except Problems:
        return NO_LOGINS
    user, password = session.value(USERNAME), session.value(PASSWORD)
    if not (user and password):
        return NO_LOGINS
    return registry_login.written(_registries(session), user, Secret(password))


def _registries(session: Session) -> Iterator[str]:
    """The registries that images come from by the form's own fields."""
    for path in REPOSITORIES:
        if repository := session.effective(path):
            yield full_name(f"{repository}/image").partition("/")[0]


def faults(session: Session) -> Iterator[Problem]:
    """What is wrong with archives and logins, each in its field."""
    for path in archives(session):
        if (read := session.archives.get(path)) and read.fault:
            yield Problem(ARCHIVES, read.fault)
    user, password = session.value(USERNAME), session.value(PASSWORD)
    if bool(user) != bool(password):
        words = "no password is given" if user else "no name is given"
        yield Problem(PASSWORD if user else USERNAME, words, "Give both or neither")
    if path := session.value(LOGIN_FILE).strip():
        if user:
            words = "a name and a password are given as well"
            yield Problem(LOGIN_FILE, words, "Keep one of them")
        try:
            _known_file(path)
        except Problems as found:
            yield from found.problems


def warnings(session: Session) -> Iterator[Problem]:
    """What the archives lack; nothing before all of them were read."""
    read = [session.archives.get(path) for path in archives(session)]
    if not read or not all(one and not one.fault for one in read):
        return
    names = {name for one in read if one for name in one.names}
    wanted = [str(image) for image in control_plane_images(session.verdict.configuration)]
    if lacked := lacking(names, wanted):
        words = f"not in the image archives: {', '.join(lacked)}"
        yield Problem(ARCHIVES, words, "They will be pulled")


def _known_file(path: str) -> Secret:
    """A config.json that is read again only when the file has changed."""
    try:
        fact = Path(path).expanduser().stat()
        return _cached_file(path, fact.st_mtime_ns, fact.st_size)
    except (OSError, RuntimeError):
        return _login_file(path)


@lru_cache(maxsize=1)
def _cached_file(path: str, _changed: int, _size: int) -> Secret:
    return _login_file(path)
