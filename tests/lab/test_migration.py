"""Migrated files before the real kubeadm: of today, which must accept them, and of their own time.

Needs the programs alone, no node. An old kubeadm refuses releases that are old even for it, so each gets
one of its own; what it writes out of its own defaults is completed by ours before the two are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from phases.model.defaults import Surroundings, complete
from phases.model.defaults_join import complete_join
from phases.model.dump import join_yaml, to_documents
from phases.model.load import kinds, load, read_join
from phases.model.migration.migrate import migrate
from phases.model.secret import Secret
from phases.model.types import BootstrapToken, Configuration, JoinConfiguration, NodeRegistration
from tests.model.corpus_files import CHOSEN, Case, cases

from . import command, historic
from .lab import Lab

MIGRATED = [case for case in cases() if case.expected("migrated")]
HERE = Surroundings("node", "10.0.0.5")
NAMED = re.compile(r"(?<=kubernetesVersion: )\S+")
WARNED = re.compile(r"^\[config\] WARNING.*\n", re.MULTILINE)
"""What kubeadm of 2021 writes between its documents."""

DISCOVERY = re.compile(r"/(?:root|etc/kubernetes)/(?:discovery|cluster-info)\.conf")


def kubeadm(binary: Path, folder: Path, verb: str, text: str) -> command.Result:
    """A verb of `kubeadm config` about a text, beside which a kubeconfig to discover lies."""
    discovery, file = folder / "discovery.conf", folder / "kubeadm.yaml"
    discovery.touch()
    file.write_text(DISCOVERY.sub(str(discovery), text))
    flag = "--old-config" if verb == "migrate" else "--config"
    return command.run(binary, "config", verb, flag, file, timeout=120)


def with_version(text: str) -> str:
    """A file for init that names its version, so that nobody asks the network."""
    if not {"InitConfiguration", "ClusterConfiguration"} & set(kinds(text, name="k")):
        return text
    if "kubernetesVersion" in text:
        return text
    head = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
    if head in text or "kind: ClusterConfiguration" in text:
        kind = "kind: ClusterConfiguration\n"
        return text.replace(kind, f"{kind}kubernetesVersion: {CHOSEN}\n")
    return f"{text}---\n{head}kubernetesVersion: {CHOSEN}\n"


@pytest.mark.parametrize("case", MIGRATED, ids=str)
def test_todays_kubeadm_accepts_a_migrated_file(lab: Lab, tmp_path: Path, case: Case) -> None:
    """`kubeadm config validate` has nothing against it."""
    text = with_version(case.expected("migrated"))
    found = kubeadm(lab.binary("kubeadm"), tmp_path, "validate", text).checked()
    assert found.stdout == "ok\n"


@pytest.mark.parametrize("case", MIGRATED, ids=str)
def test_todays_kubeadm_writes_what_we_would(lab: Lab, tmp_path: Path, case: Case) -> None:
    """Completed and dumped it comes out of `kubeadm config migrate` byte for byte as it went in."""
    text = case.expected("migrated")
    for document in dumped(with_version(text)):
        found = kubeadm(lab.binary("kubeadm"), tmp_path, "migrate", document).checked()
        expected = DISCOVERY.sub(str(tmp_path / "discovery.conf"), document)
        assert found.stdout.rstrip() == expected.rstrip()


def dumped(text: str) -> Iterator[str]:
    """The documents of init and of join, each completed; components go another way through kubeadm."""
    found = kinds(text, name="k")
    if {"InitConfiguration", "ClusterConfiguration"} & set(found):
        completed = complete(load(text, name="k"), HERE)
        yield to_documents(replace(with_token(completed), kubelet=None, kube_proxy=None))
    if "JoinConfiguration" in found:
        yield join_yaml(complete_join(read_join(text, name="k").configuration, HERE))


def with_token(configuration: Configuration) -> Configuration:
    """The same with tokens that kubeadm would make at random, those of a published example aside."""
    tokens = (
        token if token.token else replace(token, token=Secret("q1w2e3.0123456789abcdef"))
        for token in configuration.init.bootstrap_tokens
    )
    init = replace(configuration.init, bootstrap_tokens=tuple(tokens))
    return replace(configuration, init=init)


REFUSED = {
    "v1beta3-gates": "1.36 doesn't have these gates any more",
    "v1beta2-ecdsa": "1.36 doesn't have these gates any more",
    "v1beta1-hyperkube": "1.21 has no kube-dns any more",
}
"""Files that no kubeadm at hand migrates."""

OLD = [
    case
    for case in MIGRATED
    if case.path.parent.name in historic.KUBEADM and str(case) not in REFUSED
]


@pytest.mark.parametrize("case", OLD, ids=str)
def test_an_old_file_becomes_what_kubeadm_made_of_it(
    lab_host: None, tmp_path: Path, case: Case
) -> None:
    """Each kubeadm on the way reads what the one before wrote; both ends mean the same.

    What we change on purpose (flags that are gone, names of taints) is changed in its result, too.
    """
    text = case.text
    versions = list(historic.KUBEADM)
    for version in versions[versions.index(case.path.parent.name) :]:
        release = historic.KUBEADM[version]
        asked = NAMED.sub(f"v{release}", own(text))
        found = kubeadm(historic.kubeadm(release), tmp_path, "migrate", asked).checked()
        text = WARNED.sub("", found.stdout)
    ours = meaning(case.expected("migrated"))
    chosen = CHOSEN if "kind: ClusterConfiguration" in text else ""
    theirs = meaning(migrate(newer(text), name="kubeadm", version=chosen).text)
    assert ours == theirs


def own(text: str) -> str:
    """The documents of kubeadm's own; its migration leaves the components' out."""
    parts = text.split("---\n")
    return "---\n".join(part for part in parts if "kubeadm.k8s.io" in part)


def newer(text: str) -> str:
    """What we change beyond the form of the file, changed in kubeadm's result.

    kubeadm 1.36 makes a health check without end of a file that says nothing of one.
    """
    text = text.replace("  controlPlaneComponentHealthCheck: 0s\n", "")
    text = text.replace("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane")
    return re.sub(r"^ +imageTag: 3\.[0-4]\..*\n", "", text, flags=re.MULTILINE)


def meaning(text: str) -> tuple[Configuration | None, JoinConfiguration | None]:
    """What both verbs read, completed on one machine; sockets and tokens that were found are left out."""
    text = re.sub(r"(?<=kubeConfigPath: )/\S+", "/discovery.conf", text)
    found = kinds(text, name="k")
    init = join = None
    if {"InitConfiguration", "ClusterConfiguration"} & set(found):
        init = plain(complete(load(with_version(text), name="k"), HERE))
    if "JoinConfiguration" in found:
        joining = complete_join(read_join(text, name="k").configuration, HERE)
        join = replace(joining, node_registration=anywhere(joining.node_registration))
    return init, join


def plain(found: Configuration) -> Configuration:
    """Without what kubeadm takes from the machine it runs on, or makes at random."""
    tokens = tuple(bare(token) for token in found.init.bootstrap_tokens)
    init = replace(
        found.init,
        bootstrap_tokens=tokens,
        node_registration=anywhere(found.init.node_registration),
        local_api_endpoint=replace(found.init.local_api_endpoint, advertise_address=""),
    )
    cluster = replace(found.cluster, kubernetes_version="")
    return replace(found, init=init, cluster=cluster, kubelet=None, kube_proxy=None)


def bare(token: BootstrapToken) -> BootstrapToken:
    return replace(token, token=None)


def anywhere(node: NodeRegistration) -> NodeRegistration:
    once = tuple(dict.fromkeys(node.taints or ()))  # both names of a taint are one for us
    return replace(node, name="", cri_socket="", taints=once)
