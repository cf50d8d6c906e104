"""admin.conf as a user's own ~/.kube/config, where the operator asked for it.

Another file that is there is kept beside it under a name with the date. Links are never followed:
the folder belongs to the user, who must not be able to point us elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from phases.engine.context import Context
from phases.engine.errors import ForeignState, PhaseError
from phases.engine.phase import Phase

ADMIN = "/etc/kubernetes/admin.conf"


@dataclass(frozen=True, slots=True)
class User:
    """A user as the system knows them; `owner` is (uid, gid)."""

    name: str
    owner: tuple[int, int]
    home: str


def skip(context: Context) -> str | None:
    return None if context.options.user_kubeconfig else "no user was named (--kubeconfig-for)"


def run(context: Context) -> None:
    user = look_up(context, context.options.user_kubeconfig)
    folder, path = f"{user.home}/.kube", f"{user.home}/.kube/config"
    content = context.needed(ADMIN, "kubeconfig")
    make_folder(context, user, folder)
    kept = keep(context, user, path, content)
    changed = context.ensure_file(path, content, mode=0o600, owner=user.owner)
    state = "written" if changed else "kept"
    context.report("kubeconfig", user.name, state=state, path=path, kept=kept)


def look_up(context: Context, name: str) -> User:
    """The user from the system's own tables, LDAP and the like included."""
    result = context.host.probe(("getent", "passwd", "--", name))
    fields = result.stdout.strip().split(":")
    if result.code or len(fields) < 7 or not fields[5].startswith("/"):
        raise refusal(name, "the system knows no such user, or none with a home")
    home = fields[5].rstrip("/")
    fact = context.host.stat(home)
    if fact is None or fact.kind != "directory":
        raise refusal(name, f"there is no folder {home}")
    return User(name, (int(fields[2]), int(fields[3])), home)


def make_folder(context: Context, user: User, folder: str) -> None:
    """~/.kube as kubectl makes it; one that is there keeps its mode and its owner."""
    fact = context.host.stat(folder)
    if fact is None:
        context.ensure_directory(folder, mode=0o750, owner=user.owner)
    elif fact.kind != "directory":
        raise in_the_way(folder, fact.kind)
    elif context.options.mode == "real" and fact.uid != user.owner[0]:
        context.warn(f"{folder} belongs to user {fact.uid}: {user.name} may not be able to use it")


def keep(context: Context, user: User, path: str, content: bytes) -> str:
    """Copies another file that is there; the copy's path, empty where nothing had to be kept."""
    fact = context.host.stat(path)
    if fact is None:
        return ""
    if fact.kind != "file":
        raise in_the_way(path, fact.kind)
    before = context.host.read(path)
    if before == content:
        return ""
    day = f"{context.clock.now():%Y-%m-%d}"
    for suffix in (day, f"{day}-{context.clock.now():%H%M%S}"):
        copy = f"{path}.before-kubeboot-{suffix}"
        if context.read(copy) in (None, before):
            break
    context.ensure_file(copy, before, mode=0o600, owner=user.owner)
    return copy


def in_the_way(path: str, kind: str) -> ForeignState:
    words = "a symbolic link" if kind == "link" else "no plain file"
    return ForeignState(
        "foreign-kubeconfig",
        f"{path} is {words}, and isn't ours to replace",
        where="user-kubeconfig",
        remedy="Move it away, or copy /etc/kubernetes/admin.conf yourself",
    )


def refusal(name: str, why: str) -> PhaseError:
    return PhaseError(
        "no-such-user",
        f"{name} can't be given a kubeconfig",
        where="user-kubeconfig",
        why=why,
        remedy="Name another user, or leave --kubeconfig-for out",
    )


PHASE = Phase(
    name="user-kubeconfig",
    title="Kubeconfig of a user",
    after=("show-join-command",),
    run=run,
    skip=skip,
)
