"""kubeadm of long ago, to ask what it made of its own older files: each reads what its predecessor wrote.

Built when a test first asks for it, with today's Go; so one library that today's Go breaks is a newer one.
"""

from __future__ import annotations

from pathlib import Path

from . import build, cache, versions

KUBEADM = {"v1beta1": "1.21.14", "v1beta2": "1.22.17", "v1beta3": "1.36.3"}
"""Which kubeadm turns files of a version into those of the next one."""

MENDED = "replace github.com/modern-go/reflect2 => "
NEWER = "github.com/modern-go/reflect2 v1.0.2"


def kubeadm(version: str) -> Path:
    """The program of a release, such as 1.21.14."""
    if version in versions.OLDER_KUBEADM.values():
        return build.binary("kubeadm", version)
    recipe = (version, NEWER, build.ENVIRONMENT, build.FLAGS)
    folder = cache.artefact(f"kubeadm-{version}", recipe, lambda draft: _build(version, draft))
    return folder / "kubeadm"


def _build(version: str, draft: Path) -> None:
    module = versions.kubernetes(version, "kubeadm")
    work = draft / "work"
    work.mkdir(parents=True)
    kept = (line for line in build.shadow(module).splitlines() if not line.startswith(MENDED))
    (work / "go.mod").write_text("\n".join((*kept, MENDED + NEWER)) + "\n")
    target = str(draft / "kubeadm")
    package = module.programs["kubeadm"]
    build.go(module.name, work, *build.FLAGS, *module.flags, "-o", target, package)
