"""Makes the goldens of the render tests anew with the real kubeadm; not a test itself.

Run it as root: `python -m tests.render.make_goldens <kubeadm>`. Whatever kubeadm writes lands in
private mounts; what is kept of certificates is their description, never a key.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from phases.render.volumes import CA_DIRECTORIES
from tests.render.description import certificate, request

GOLDENS = Path(__file__).parents[1] / "goldens" / "render"
MOUNTS = ("/etc/kubernetes", "/var/lib/kubelet", "/var/lib/etcd")
PHASES = (
    "certs all",
    "kubeconfig all",
    "control-plane all",
    "etcd local",
    "kubelet-start",
)
SECRET = re.compile(r"((?:-data|token-secret): ).*")


def main(kubeadm: str) -> None:
    if "PRIVATE_MOUNTS" not in os.environ:
        environment = {**os.environ, "PRIVATE_MOUNTS": "1"}
        again = ["unshare", "-m", sys.executable, "-m", "tests.render.make_goldens", kubeadm]
        sys.exit(subprocess.run(again, env=environment, check=False).returncode)
    for case in sorted(path.parent for path in GOLDENS.glob("*/kubeadm.yaml")):
        make(case, kubeadm)


def make(case: Path, kubeadm: str) -> None:
    for path in MOUNTS:
        Path(path).mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", path], check=True)
    try:
        write(case, kubeadm)
    finally:
        for path in MOUNTS:
            subprocess.run(["umount", path], check=True)


def write(case: Path, kubeadm: str) -> None:
    config = ["--config", "kubeadm.yaml"]
    variables = case / "environment.json"
    environment = json.loads(variables.read_text()) if variables.exists() else {}

    def run(*arguments: str) -> str:
        command = [kubeadm, *arguments]
        done = subprocess.run(
            command,
            cwd=case,
            env={**environment, "PATH": "/nowhere"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{case.name}: {' '.join(command)}: {done.stderr}")
        return done.stdout

    requests = Path("/etc/kubernetes/requests")
    run(
        "certs",
        "generate-csr",
        "--cert-dir",
        str(requests),
        "--kubeconfig-dir",
        str(requests),
        *config,
    )
    for phase in PHASES:
        run("init", "phase", *phase.split(), *config)
        if phase.startswith("kubeconfig") and case.name == "external_ca":
            Path("/etc/kubernetes/pki/ca.key").unlink()
    addon = ("init", "phase", "addon")
    printed = [run(*addon, each, "--print-manifest", *config) for each in ("coredns", "kube-proxy")]
    keep(case, "".join(printed), requests)


def keep(case: Path, addons: str, requests: Path) -> None:
    for name in ("manifests", "kubelet", "kubeconfig"):
        shutil.rmtree(case / name, ignore_errors=True)
        (case / name).mkdir()
    for path in Path("/etc/kubernetes/manifests").glob("*.yaml"):
        shutil.copyfile(path, case / "manifests" / path.name)
    for path in Path("/var/lib/kubelet").glob("*.*"):
        shutil.copyfile(path, case / "kubelet" / path.name)
    for path in Path("/etc/kubernetes").glob("*.conf"):
        (case / "kubeconfig" / path.name).write_text(SECRET.sub(r"\1...", path.read_text()))
    lines = (line for line in addons.splitlines(keepends=True) if not line.startswith("[patches]"))
    (case / "addons.yaml").write_text(re.sub(r"(?m)^---(?=\w)", "---\n", "".join(lines)))
    _save(case / "hostname.json", socket.gethostname().lower())
    found = [path for path in CA_DIRECTORIES if Path(path).exists()]
    _save(case / "ca_directories.json", found)
    _save(case / "certificates.json", dict(_certificates(Path("/etc/kubernetes/pki"))))
    _save(case / "requests.json", dict(_requests(requests)))


def _certificates(folder: Path) -> Iterator[tuple[str, object]]:
    for path in sorted(folder.rglob("*.crt")):
        name = str(path.relative_to(folder))
        yield name, certificate(path.read_bytes())


def _requests(folder: Path) -> Iterator[tuple[str, object]]:
    for path in sorted(folder.rglob("*.csr")):
        yield str(path.relative_to(folder)), request(path.read_bytes())


def _save(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
