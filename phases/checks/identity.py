"""What tells this machine from others: the node's name, the machine's id, its vendor's serial number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phases.checks.check import Finding, error, warning
from phases.engine.context import Context

NO_COMMAND = 127
LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
NODE_NAME = re.compile(rf"{LABEL}(\.{LABEL})*")
OF_ANY_MACHINE = ("localhost", "localhost.localdomain")

MACHINE_ID = "/etc/machine-id"
GOOD_ID = re.compile(r"[0-9a-f]{32}")
PRODUCT_UUID = "/sys/class/dmi/id/product_uuid"
SHARED = frozenset(
    {
        "b08dfa6083e7567a1921a715000001fb",  # the example in systemd's own manual
        "03000200040005000006000700080009",
        "00020003000400050006000700080009",
        "12345678123456789012345678901234",
        "123456781234567890abcddeefaabbcc",
        "fefefefefefefefefefefefefefefefe",
    }
)
"""Ids and serial numbers that many machines have: those of manuals, and of boards never given one."""

MAKE_ANEW = "Run `rm -f /etc/machine-id && systemd-machine-id-setup`, then reboot"


def hostname(context: Context) -> Iterator[Finding]:
    """A name that the API takes for a node, and that can be resolved. Facts: name."""
    name = context.configuration.init.node_registration.name
    if len(name) > 253 or not NODE_NAME.fullmatch(name):
        needed = "lower-case letters, digits, dashes and dots"
        found = f"{name!r} can't be a node's name"
        yield error(found, needed, "Set nodeRegistration.name", name=name)
    elif name in OF_ANY_MACHINE:
        found, needed = f"{name} is every machine's name", "a name of this machine's own"
        remedy = "Run `hostnamectl set-hostname NAME`, or set nodeRegistration.name"
        yield warning(found, needed, remedy, name=name)
    elif context.host.probe(["getent", "ahosts", name], timeout=10).code not in (0, NO_COMMAND):
        found, needed = f"{name} can't be resolved", "a name that leads to an address"
        yield warning(found, needed, "Add it to /etc/hosts or to the DNS", name=name)


def machine_id(context: Context) -> Iterator[Finding]:
    """An id of this machine's own: the kubelet tells nodes apart by it. Facts: path, id."""
    found = (context.read(MACHINE_ID) or b"").decode(errors="replace").strip()
    needed = "an id that no other machine has"
    if not GOOD_ID.fullmatch(found):
        said = f"{MACHINE_ID} holds no id" if found else f"{MACHINE_ID} is empty or missing"
        yield warning(said, needed, MAKE_ANEW, path=MACHINE_ID, id=found)
    elif is_shared(found):
        said = f"{MACHINE_ID} is {found}, as on other machines"
        yield warning(said, needed, MAKE_ANEW, path=MACHINE_ID, id=found)


def product_uuid(context: Context) -> Iterator[Finding]:
    """The serial number that clouds and storage know a machine by; only root may read it."""
    found = (context.read(PRODUCT_UUID) or b"").decode(errors="replace").strip().lower()
    if found and is_shared(found.replace("-", "")):
        yield warning(
            f"{PRODUCT_UUID} is {found}, as on other machines",
            "a serial number that no other node has",
            "Set it in the firmware or in the virtual machine's definition",
        )


def is_shared(number: str) -> bool:
    """Known from elsewhere, or one digit over and over."""
    return number in SHARED or len(set(number)) == 1
