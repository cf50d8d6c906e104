"""Whether this machine's clock can be believed: certificates are dated by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from phases.checks.check import Finding, error, warning
from phases.engine.context import Context
from phases.render import inspection

BY = 0.5
"""Seconds by which a time service may see the clock off; etcd warns of a second between members."""

LATE = timedelta(minutes=2)
WITNESSES = (
    "/etc/hostname",
    "/etc/hosts",
    "/etc/machine-id",
    "/etc/resolv.conf",
    "/usr/bin/containerd",
    "/usr/bin/kubelet",
    "/var/lib/dpkg/status",
    "/var/lib/rpm/rpmdb.sqlite",
    "/var/log/wtmp",
)
"""Files that changed lately on most machines: none of them can be from the future."""

CHRONY_OFFSET = 4
SERVICES = ("systemd-timesyncd", "chrony", "chronyd", "ntp", "ntpd", "ntpsec", "openntpd")
SYNCHRONIZE = "Run `timedatectl set-ntp true`, or install chrony"


def synchronized(context: Context) -> Iterator[Finding]:
    """A time service keeps the clock; silent where nobody can tell. Facts: service (whether one is on)."""
    off = by_chrony(context)
    if off is None:
        yield from by_kernel(context)
    elif off > BY:
        found = f"the clock is {off:.1f} s off"
        yield warning(found, f"{BY:g} s or less", "Run `chronyc makestep`", off=off)


def by_chrony(context: Context) -> float | None:
    """Seconds that the clock is off, None where chrony doesn't know."""
    fields = context.host.probe(["chronyc", "-c", "tracking"], timeout=3).stdout.strip().split(",")
    if len(fields) <= CHRONY_OFFSET or fields[-1] == "Not synchronised":
        return None
    try:
        return abs(float(fields[CHRONY_OFFSET]))
    except ValueError:
        return None


def by_kernel(context: Context) -> Iterator[Finding]:
    if context.host.machine().in_step is not False:
        return
    states = context.host.probe(["systemctl", "is-active", *SERVICES], timeout=3).stdout.split()
    service = "active" in states
    found = "the clock isn't synchronised" + ("" if service else ", and no time service is on")
    yield warning(found, "a clock that a time service keeps", SYNCHRONIZE, service=service)


def plausible(context: Context) -> Iterator[Finding]:
    """The clock isn't behind what has happened on this machine. Facts: path."""
    now = context.clock.now()
    if latest := newest(context):
        path, changed = latest
        if changed > now + LATE:
            yield warning(
                f"the clock says {now:%Y-%m-%d %H:%M}, but {path} is from {changed:%Y-%m-%d %H:%M}",
                "a clock that isn't behind",
                SYNCHRONIZE,
                path=path,
            )
    yield from not_yet_valid(context, now)


def newest(context: Context) -> tuple[str, datetime] | None:
    facts = ((path, context.host.stat(path)) for path in WITNESSES)
    dated = [(path, datetime.fromtimestamp(fact.modified, UTC)) for path, fact in facts if fact]
    return max(dated, key=lambda each: each[1], default=None)


def not_yet_valid(context: Context, now: datetime) -> Iterator[Finding]:
    """An authority that is there already, from a time that hasn't come: nothing would trust it."""
    path = f"{context.configuration.cluster.certificates_dir}/ca.crt"
    try:
        begins = inspection.load(context.read(path) or b"")[0].not_valid_before_utc
    except ValueError:  # no certificate at all, which `certs` has its own words for
        return
    if begins > now:
        found = f"{path} isn't valid before {begins:%Y-%m-%d %H:%M} UTC"
        needed = f"a clock that is right (it says {now:%Y-%m-%d %H:%M} UTC)"
        yield error(found, needed, SYNCHRONIZE, path=path)
