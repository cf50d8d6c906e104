"""Files of every version as operators have them, and what becomes of each: the new file and the report.

    python -m tests.model.corpus_files record      # writes what comes out today, to be read before it is kept

Beside `NAME.yaml` lies `NAME.migrated` with `NAME.report`, or `NAME.refused` where it can't be migrated.
A version of Kubernetes is chosen wherever a file names one.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from phases.model.migration.migrate import Migration, migrate
from phases.model.migration.report import Line
from phases.model.problem import Problems

FOLDER = Path(__file__).parent / "corpus"
CHOSEN = "v1.37.2"


@dataclass(frozen=True)
class Case:
    path: Path

    def __str__(self) -> str:
        return f"{self.path.parent.name}-{self.path.stem}"

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def version(self) -> str:
        return CHOSEN if "kubernetesVersion" in self.text else ""

    def expected(self, kind: str) -> str:
        """The content of a file beside this one, empty where there is none."""
        path = self.path.with_suffix(f".{kind}")
        return path.read_text("utf-8") if path.exists() else ""

    def migrated(self) -> Migration:
        return migrate(self.text, name=self.path.name, version=self.version)


def cases() -> list[Case]:
    return [Case(path) for path in sorted(FOLDER.glob("*/*.yaml"))]


def shown(line: Line) -> str:
    """A line of a report as the goldens have it."""
    fate = f"{line.fate}!" if line.stops else line.fate
    to = f" -> {line.to}" if line.to else ""
    note = f": {line.note}" if line.note else ""
    return f"{line.line}:{line.column} {fate} {line.path}{to}{note}\n"


def outcome(case: Case) -> dict[str, str]:
    """What comes out of a file, by the kind of golden."""
    try:
        found = case.migrated()
    except Problems as problems:
        return {"refused": f"{problems}\n"}
    return {"migrated": found.text, "report": "".join(map(shown, found.lines))}


def record() -> None:
    for case in cases():
        for kind in ("migrated", "report", "refused"):
            case.path.with_suffix(f".{kind}").unlink(missing_ok=True)
        for kind, text in outcome(case).items():
            case.path.with_suffix(f".{kind}").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["record"]:
        sys.exit(__doc__)
    record()
