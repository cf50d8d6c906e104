"""A live control plane made by the real kubeadm, and what a command on a case's machine makes in it.

Its controller manager runs nothing but the bootstrap signer, so that no pod ever comes of what the
commands create, and objects stay as they were made.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.lab import cache, versions
from tests.lab.node import Node

from . import api, corpus, facts, normal, objects, sandbox, sides
from .api import Api, Object, Resource, title
from .compare import OUTCOME, Difference, differences, with_logs
from .corpus import Case
from .normal import Normal
from .sandbox import Machine, Outcome
from .tree import packed

MINOR = versions.KUBERNETES.rpartition(".")[0]
PHASES = (
    "upload-config", "upload-certs", "mark-control-plane", "bootstrap-token", "addon/coredns",
    "addon/kube-proxy",
)  # fmt: skip
LEFT_OUT = (
    *sides.FILE_PHASES,
    "preflight",
    "wait-control-plane",
    "show-join-command",
)
NOT_YET = (
    "preflight", "upload-config", "mark-control-plane", "bootstrap-token", "addon",
    "show-join-command",
)  # fmt: skip
ACCOUNTS = tuple(
    f"ServiceAccount kube-system/{name}" for name in ("bootstrap-signer", "token-cleaner")
)
PORTS = (7443, 8443, 16443)
"""Other ports that a case has its API server listen on: they lead to the one that there is."""

MAKERS = (sys.modules[__name__], api, facts, normal, objects, sandbox)
"""What takes part in making and telling kubeadm's objects."""

INIT = """apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {{advertiseAddress: {address}}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v{version}
networking: {{serviceSubnet: "10.96.0.0/12,fd00:10:96::/108"}}
encryptionAlgorithm: ECDSA-P256
apiServer: {{certSANs: [{addresses}]}}
controllerManager: {{extraArgs: [{{name: controllers, value: "bootstrapsigner,tokencleaner"}}]}}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
"""

FORWARD = """import asyncio, sys
async def pour(source, target):
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    finally:
        target.close()
async def serve(reader, writer):
    there, back = await asyncio.open_connection("127.0.0.1", 6443)
    await asyncio.gather(pour(reader, back), pour(there, writer))
async def main():
    doors = [await asyncio.start_server(serve, None, int(port)) for port in sys.argv[1:]]
    await asyncio.gather(*(door.serve_forever() for door in doors))
asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Made:
    """How a command ended and what it left in the cluster, and what it said."""

    whole: Normal
    log: str


class Live:
    """A running control plane on a node of the lab."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._own = f"Node {node.name}"  # its kubelet keeps writing to it
        self._start()
        self._files = {f"/{path}": (node.root / path).read_bytes() for path in _left(node.root)}
        self._api = Api(self._files["/etc/kubernetes/admin.conf"].decode(), node.address)
        for number, subnet in enumerate(_subnets()):
            body = {"metadata": {"name": f"case-{number}"}, "spec": {"cidrs": [subnet]}}
            self._api.create("/apis/networking.k8s.io/v1/servicecidrs", body)
        self._before = self._grown()

    def compare(self, case: Case) -> list[Difference]:
        """The same case through both, one after the other in a clean cluster."""
        theirs, mine = self.kubeadm(case), self.ours(case)
        found = differences(theirs.whole, mine.whole, MINOR, case.name)
        return with_logs(found, theirs.log, mine.log)

    def kubeadm(self, case: Case) -> Made:
        """What the real kubeadm made; kept, for the same program makes the same of the same input."""
        options = (f"--skip-phases={','.join(LEFT_OUT)}", "--upload-certs")
        words: list[str | Path] = [
            sides.binary(MINOR),
            "init",
            *options,
            *case.words(versions.KUBERNETES),
        ]
        machine = sides.machine_of(case)

        def make(draft: Path) -> None:
            draft.write_text(json.dumps(asdict(self._run(case, words, machine))))

        address = self._node.address
        recipe = [*MAKERS, address, words, machine, case.folders, case.text(versions.KUBERNETES)]
        kept = cache.artefact(f"kubeadm-objects-{case.name}", recipe, make, said=False)
        return Made(**json.loads(kept.read_text()))

    def ours(self, case: Case) -> Made:
        options = (f"--only={','.join(PHASES)}", "--upload-certs")
        words = [*sides.OURS, *options, *case.words(versions.KUBERNETES)]
        return self._run(case, words, sides.our_machine(case))

    def admission(self) -> tuple[str, str]:
        """The binding of admin.conf's group: as kubeadm made it, and as we make it when it is gone."""
        name = "ClusterRoleBinding kubeadm:cluster-admins"
        resource, thing = self._api.objects()[name]
        self._api.delete(resource, thing)
        case = corpus.cases()["ecdsa-p256"]
        words = [*sides.OURS, "--only=wait-control-plane", *case.words(versions.KUBERNETES)]
        machine = self._here(sides.our_machine(case))
        outcome = sandbox.run(words, machine, packed(self._planted(case)))
        if outcome.code:
            return objects_text(thing), outcome.log
        return objects_text(thing), objects_text(self._api.objects()[name][1])

    def close(self) -> None:
        self._api.close()

    def _grown(self) -> dict[str, str]:
        """All objects, once the controllers have made the accounts that they work under."""
        deadline = time.monotonic() + 60
        while True:
            found = {name: objects_text(thing) for name, (_, thing) in self._api.objects().items()}
            if found.keys() >= set(ACCOUNTS):
                return found
            if time.monotonic() > deadline:
                raise RuntimeError("the controllers haven't made their accounts")
            time.sleep(0.1)

    def _run(self, case: Case, words: Sequence[str | Path], machine: Machine) -> Made:
        self._api.create("/api/v1/nodes", _node(case))
        planted = packed(self._planted(case), case.folders)
        try:
            outcome = sandbox.run(words, self._here(machine), planted)
            made = self._settled() if outcome.code == 0 else self._made()
        except BaseException:
            self._clean(self._made())
            raise
        self._clean(made)
        found = [thing for _, thing in made]
        ending = "refused" if outcome.code else "done"
        return Made({OUTCOME: ending, **self._normal(case, outcome, found)}, outcome.log)

    def _here(self, machine: Machine) -> Machine:
        """The machine on the network of the cluster's node."""
        return replace(machine, network=f"/proc/{self._node.leader}/ns/net")

    def _planted(self, case: Case) -> dict[str, bytes]:
        own = {
            f"{folder}/{name}": f"{name} of {case.name}\n".encode()
            for folder in ETCD_FOLDERS
            for name in ETCD_FILES
        }
        config = {sides.CONFIG: case.text(versions.KUBERNETES).encode()}
        there = {
            path.replace("/etc/kubernetes/pki", case.certificates): content
            for path, content in self._files.items()
        }
        return {**there, **own, **config, **corpus.patch_files()}

    def _made(self) -> list[tuple[Resource, Object]]:
        return [
            (resource, thing)
            for name, (resource, thing) in self._api.objects().items()
            if name != self._own and self._before.get(name) != objects_text(thing)
        ]

    def _settled(self) -> list[tuple[Resource, Object]]:
        """What was made, once the signer has signed with every token that signs."""
        deadline = time.monotonic() + 20
        while True:
            made = self._made()
            if not _unsigned([thing for _, thing in made]) or time.monotonic() > deadline:
                return made
            time.sleep(0.05)

    def _normal(self, case: Case, outcome: Outcome, found: list[Object]) -> Normal:
        given = frozenset(
            re.findall(r"\b([a-z0-9]{6})\.[a-z0-9]{16}\b", f"{case.text('')} {case.arguments}")
        )
        secrets = objects.Secrets(found, given, _certificate_key(outcome), self._planted(case))
        told = objects.normal(found, secrets, objects.now())
        return {name: self._nameless(text) for name, text in told.items()}

    def _nameless(self, text: str) -> str:
        """Without what only this cluster has: its authority."""
        authority = base64.b64encode(self._files["/etc/kubernetes/pki/ca.crt"]).decode()
        return text.replace(authority, "(this cluster's authority)")

    def _clean(self, made: list[tuple[Resource, Object]]) -> None:
        for resource, thing in made:
            if title(thing) not in self._before:
                self._api.delete(resource, thing)

    def _start(self) -> None:
        node, own = self._node, (sandbox.ADDRESS, sandbox.ADDRESS6)
        quoted = ", ".join(f'"{address}"' for address in (node.address, *own))
        text = INIT.format(address=own[0], version=versions.KUBERNETES, addresses=quoted)
        node.write("/root/kubeadm.yaml", text)
        for address in own:
            node.check("ip", "address", "add", address, "dev", "lo")
        node.write("/root/forward.py", FORWARD)
        node.check("systemd-run", "--quiet", "python3", "/root/forward.py", *map(str, PORTS))
        skipped = f"--skip-phases={','.join(NOT_YET)}"
        node.check("kubeadm", "init", "--config=/root/kubeadm.yaml", skipped, timeout=300)


# what these say isn't told to the cluster, or nothing is made at all
WITHOUT_OBJECTS = {
    "all-ca-folders", "cri-socket", "cri-socket-bare", "cri-socket-found", "cri-socket-several",
    "cri-socket-stale", "csr-only", "csr-only-fresh", "dry-run", "endpoint-capitals", "external-ca", "flags-refused",
    "no-ca-folders", "node-name-refused", "operator-ca", "pull-never", "resolved", "rsa-2048",
    "service-account", "skip-phases", "token-documented",
    *(case.name for case in corpus.cases().values() if case.refused),
}  # fmt: skip
ETCD_FOLDERS = ("/etc/kubernetes/pki/external-etcd", "/srv/etcd-files")
ETCD_FILES = ("ca.crt", "client.crt", "client.key")


def objects_text(thing: Object) -> str:
    """An object's content for telling whether it has changed."""
    metadata = {key: item for key, item in thing["metadata"].items() if key not in objects.RANDOM}
    return repr({**thing, "metadata": metadata, "status": None})


def _left(root: Path) -> list[str]:
    """The files of the node that phases after kubelet-start read."""
    found = [*(root / "etc/kubernetes").rglob("*"), root / "var/lib/kubelet/config.yaml"]
    return [str(path.relative_to(root)) for path in found if path.is_file()]


def _subnets() -> list[str]:
    """The service ranges of all cases, for the cluster to have them too."""
    cases = (case for case in corpus.cases().values() if case.name not in WITHOUT_OBJECTS)
    texts = [case.path.read_text() + " ".join(case.arguments) for case in cases]
    found = re.findall(r"(?:serviceSubnet:|--service-cidr=) *\"?([0-9a-f:./,]+)", " ".join(texts))
    subnets = {subnet for each in found for subnet in each.strip(",").split(",")}
    return sorted(subnets - {"10.96.0.0/12", "fd00:10:96::/108"})


def _node(case: Case) -> Object:
    """A node as its kubelet would have registered it."""
    return {"metadata": {"name": case.node, "labels": {"kubernetes.io/hostname": case.node}}}


def _unsigned(found: Sequence[Object]) -> bool:
    by_title = {title(thing): thing for thing in found}
    info = by_title.get("ConfigMap kube-public/cluster-info", {"data": {}})
    signing = [
        thing["metadata"]["name"].removeprefix(objects.PREFIX)
        for thing in found
        if thing.get("type") == "bootstrap.kubernetes.io/token"
        and "usage-bootstrap-signing" in thing["data"]
    ]
    return any(f"jws-kubeconfig-{identity}" not in info["data"] for identity in signing)


def _certificate_key(outcome: Outcome) -> str:
    """The key that certificates were uploaded with: kubeadm prints it, we hand it over in a file."""
    handed = [
        entry.content.decode()
        for path, entry in outcome.tree.items()
        if path.endswith("handover.json")
    ]
    found = re.search(
        r"(?:certificate key:\n|certificate_key\": *\")([0-9a-f]{64})",
        " ".join([outcome.log, *handed]),
    )
    return found[1] if found else ""
