"""Edits of the form in a text that somebody wrote by hand: comments, order and quotes of the rest stay."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from tests.tui.machine import FACTS
from tests.tui.test_faults import BAD
from tui.fields.cluster import EITHER
from tui.fields.documents import get, parse
from tui.session import Session

HAND = """\
# our production cluster
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking:          # agreed with the network team
  # never 10.0/16
  podSubnet: 10.244.0.0/16  # pods
  dnsDomain: "cluster.local"
clusterName: 'old'   # as the others
apiServer:
  extraArgs:  # tuned
  - name: profiling   # off
    value: "false"
  certSANs: [k8s.lan, 192.0.2.1]
etcd: {local: {dataDir: /var/lib/etcd}}  # a disk of its own
---
# this node
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
timeouts:
  discovery: 3m0s
# the end
"""


def opened(text: str = HAND) -> Session:
    session = Session(FACTS)
    session.import_text("prod.yaml", text)
    return session


def changed(session: Session, before: str = HAND) -> list[str]:
    """The lines that went and came."""
    lines = unified_diff(before.splitlines(), session.yaml().splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:3] not in ("---", "+++") and line[0] in "+-"]


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("networking.podSubnet", "10.32.0.0/16",
         ["-  podSubnet: 10.244.0.0/16  # pods", "+  podSubnet: 10.32.0.0/16  # pods"]),
        ("networking.podSubnet", "", ["-  podSubnet: 10.244.0.0/16  # pods"]),
        ("networking.serviceSubnet", "10.97.0.0/16", ["+  serviceSubnet: 10.97.0.0/16"]),
        ("clusterName", "new", ["-clusterName: 'old'   # as the others",
                                "+clusterName: new   # as the others"]),
        ("apiServer.extraArgs", "profiling=true",
         ["-  - name: profiling   # off", '-    value: "false"',
          "+  - name: profiling", '+    value: "true"']),
        ("apiServer.certSANs", "k8s.lan",
         ["-  certSANs: [k8s.lan, 192.0.2.1]", "+  certSANs:", "+  - k8s.lan"]),
        ("etcd.local.imageTag", "v1",
         ["-etcd: {local: {dataDir: /var/lib/etcd}}  # a disk of its own",
          "+etcd:", "+  local:", "+    dataDir: /var/lib/etcd", "+    imageTag: v1"]),
        ("timeouts.discovery", "", ["-timeouts:", "-  discovery: 3m0s"]),
        ("scheduler.extraEnvs", "A=1",
         ["+scheduler:", "+  extraEnvs:", "+  - name: A", '+    value: "1"']),
        ("nodeRegistration.name", "n1", ["+nodeRegistration:", "+  name: n1"]),
        ("localAPIEndpoint.bindPort", "7443", ["+localAPIEndpoint:", "+  bindPort: 7443"]),
        ("KubeletConfiguration.maxPods", "50",
         ["+---", "+apiVersion: kubelet.config.k8s.io/v1beta1", "+kind: KubeletConfiguration",
          "+maxPods: 50"]),
    ],
)  # fmt: skip
def test_only_the_lines_of_a_field_change(path: str, text: str, lines: list[str]) -> None:
    """What was typed in the form comes where it belongs; not one other line is touched."""
    session = opened()
    session.set_field(path, text)
    assert changed(session) == lines


def test_a_field_typed_letter_by_letter_stays_in_its_line() -> None:
    """Each key of the keyboard is an edit; the text is the same as if all had come at once."""
    session = opened()
    for end in range(1, len("harbour") + 1):
        session.set_field("clusterName", "harbour"[:end], typed=True)
    assert changed(session)[-1] == "+clusterName: harbour   # as the others"


def test_a_document_goes_as_it_came() -> None:
    """A component's document that the form made is taken out again with its separator."""
    session = opened()
    session.set_field("KubeletConfiguration.maxPods", "50")
    session.set_field("KubeletConfiguration.maxPods", "")
    assert session.yaml() == HAND


@pytest.mark.parametrize("path", [path for path in BAD if path != EITHER])
def test_the_text_says_what_the_fields_say(path: str) -> None:
    """For each field: the text holds its value, all comments elsewhere are kept, and so is the order."""
    session = opened()
    session.set_field(path, BAD[path])
    documents, places = parse(session.yaml(), "prod.yaml")
    assert get(documents, path) == get(session._draft.documents, path)
    assert documents == session._draft.documents
    assert dict(session._draft.places) == places
    for comment in ("# our production cluster", "# agreed with the network team", "# never 10.0/16",
                    "# this node", "# the end"):  # fmt: skip
        assert comment in session.yaml()
    assert session.yaml().index("networking:") < session.yaml().index("apiServer:")


@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: kubeadm.k8s.io/v1beta4, kind: ClusterConfiguration}\n",
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration",
        "--- \napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n...\n",
        "apiVersion: kubeadm.k8s.io/v1beta4\r\nkind: ClusterConfiguration\r\nclusterName: a\r\n",
        "? apiVersion\n: kubeadm.k8s.io/v1beta4\n? kind\n: ClusterConfiguration\n",
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: |-\n  a\n# c\n",
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName:\nnetworking:\n",
        "  apiVersion: kubeadm.k8s.io/v1beta4\n  kind: ClusterConfiguration\n",
    ],
)
def test_whatever_the_text_looks_like_the_edit_arrives(text: str) -> None:
    """Flow style, windows line ends, no last line end, odd indentation: the text says what was typed."""
    session = opened(text)
    session.set_field("clusterName", "harbour")
    session.set_field("networking.podSubnet", "10.32.0.0/16")
    session.set_field("nodeRegistration.name", "n1")
    session.set_field("KubeletConfiguration.maxPods", "50")
    documents = parse(session.yaml(), "k")[0]
    assert documents == session._draft.documents
    assert get(documents, "clusterName") == "harbour"
    assert get(documents, "networking.podSubnet") == "10.32.0.0/16"
    session.set_field("clusterName", "")
    session.set_field("KubeletConfiguration.maxPods", "")
    assert parse(session.yaml(), "k")[0] == session._draft.documents
