"""docs/checks.md, made from the registry of checks. `make docs` runs it; `test_page` tells when it is stale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from phases.checks.check import Check
from phases.checks.table import IS_ROOT, TABLES
from phases.fixes.table import mending

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"

BY_HAND = "by hand"
PLACES = {"port": "6443", "data_dir": "-var-lib-etcd", "pki": "-etc-kubernetes-pki"}
"""How names read with a default configuration."""

HEAD = """\
# The checks of preflight

All of them are made before anything is changed, side by side, each with a time limit; a check that
hangs is reported as such. All that is wrong is told at once, with what was found, what is needed and
what to do. A check that fails can be waived by its name (`--ignore-preflight-errors=NumCPU,Swap`, or
`ignorePreflightErrors` in a kubeadm.yaml; `all` waives all), in any case of letters; the waiver is
recorded in the journal. A check that is only able to warn refuses nothing.

Names and weights are those of kubeadm 1.37 where it has the check (**kubeadm** below). Ours differ from
it where a guess would refuse, and nowhere else:

- A kernel whose options can't be read is worth a warning. kubeadm refuses it, after loading a module.
- Control groups of version 1 are worth a warning once the kubelet is told `failCgroupV1: false`.
- Swap isn't mentioned when the kubelet is told `failSwapOn: false`.
- Files, folders and ports of a cluster that this installer made here are no obstacle to a second run.
- firewalld is only told of when it doesn't list the ports as open.
- What kubeadm's own validation would refuse (a node's name) is refused under the name of its check.
- `ImagePull` is the name by which a failed pull is waived; it isn't a check here but a phase, `images`.

Columns: made for **I** init, **W** the join of a worker, **C** the join of a control plane. With another
port, etcd folder or certificates folder the names have those.

"""
COLUMNS = ("check", "whose", "I W C", "weight", "what is needed", "fix")


def text() -> str:
    rows = [
        "| " + " | ".join(cells) + " |" for cells in (COLUMNS, ("---",) * len(COLUMNS), *table())
    ]
    return HEAD + "\n".join(rows) + "\n"


def table() -> Iterator[tuple[str, ...]]:
    """A row for each name, in the order of the registry."""
    for name, check in registered().items():
        yield (
            f"`{name.format(**PLACES)}`",
            "kubeadm" if check.kubeadm else "ours",
            kinds(name),
            check.level,
            check.needs,
            "; ".join(fix.title for fix in mending(name)) or BY_HAND,
        )


def registered() -> dict[str, Check]:
    """Every check once: as it is made for an init, where it is."""
    found: dict[str, Check] = {}
    for check in (IS_ROOT, *(each for table in TABLES.values() for each in table)):
        found.setdefault(check.name, check)
    return found


def kinds(name: str) -> str:
    made = [
        name == IS_ROOT.name or name in {check.name for check in table} for table in TABLES.values()
    ]
    return " ".join("x" if each else "-" for each in made)


if __name__ == "__main__":
    PAGE.write_text(text())
