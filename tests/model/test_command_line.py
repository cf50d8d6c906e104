"""kubeadm lines: what they set, in which form they may come, and what becomes of the rest."""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

import pytest

from phases.model import flags
from phases.model.command_line import CommandLine, is_command, read, retired_flags
from phases.model.load import load
from phases.model.problem import Problem
from phases.model.versions import releases

SETS = {"pod-network-cidr": "10.244.0.0/16", "apiserver-advertise-address": "192.0.2.7"}


def line(text: str) -> CommandLine:
    found = read(text)
    assert found is not None
    return found


def sets(text: str) -> dict[str, str]:
    return {one.name: one.value for one in line(text).sets}


def notes(text: str) -> dict[str, str]:
    return {one.path: str(one).partition(": ")[2] for one in line(text).notes}


@pytest.mark.parametrize(
    "text",
    [
        "kubeadm init --pod-network-cidr=10.244.0.0/16 --apiserver-advertise-address=192.0.2.7",
        "sudo kubeadm init --pod-network-cidr 10.244.0.0/16 --apiserver-advertise-address 192.0.2.7",
        "$ sudo -E /usr/bin/kubeadm init \\\n  --pod-network-cidr=10.244.0.0/16 \\\n  --apiserver-advertise-address=192.0.2.7\n",
        "kubeadm init\n  --pod-network-cidr=10.244.0.0/16\n  --apiserver-advertise-address=192.0.2.7\nkubectl get nodes",
        "root@m:~# kubeadm init --pod-network-cidr='10.244.0.0/16' --apiserver-advertise-address=\"192.0.2.7\" | tee log",
        "kubeadm init —pod-network-cidr=“10.244.0.0/16” –apiserver_advertise_address=192.0.2.7 && echo done",
        "Then run this:\n\nKUBECONFIG=/x kubeadm init --pod-network-cidr=10.244.0.0/16 --apiserver-advertise-address=192.0.2.7  # now\n",
    ],
)  # fmt: skip
def test_a_line_may_come_in_many_forms(text: str) -> None:
    """With sudo, a prompt, a path, backslashes or without, quotes, typographic signs, more behind it."""
    assert is_command(text)
    assert sets(text) == SETS
    assert line(text).notes == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kubectl get nodes",
        "kubeadm reset",
        "kubeadm init phase certs all",
        "about kubeadm init",
    ],
)
def test_another_line_is_none(text: str) -> None:
    """Other programs, other verbs, a single phase, and prose."""
    assert read(text) is None


def test_flags_mean_what_they_mean_on_our_command_line() -> None:
    """The same table reads them: lists add up, of the others the last one counts."""
    text = (
        "kubeadm init --apiserver-cert-extra-sans=a,b --apiserver-cert-extra-sans c "
        "--node-name=x --node-name=y --ignore-preflight-errors=Swap --token-ttl 0"
    )
    configuration = line(text).configuration()
    assert configuration.cluster.api_server.cert_sans == ("a", "b", "c")
    assert configuration.init.node_registration.name == "y"
    assert configuration.init.node_registration.ignore_preflight_errors == ("swap",)
    assert str(configuration.init.bootstrap_tokens[0].ttl) == "0:00:00"


def test_nothing_is_set_that_was_not_said() -> None:
    """A line without flags is an empty configuration: no token, no description."""
    empty = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n"
    assert line("kubeadm init").configuration() == load(empty, name="k")


def test_how_to_run_is_an_option() -> None:
    """--upload-certs sets no field; its old name does the same."""
    for name in ("--upload-certs", "--experimental-upload-certs", "--upload-certs=true"):
        (option,) = line(f"kubeadm init {name}").options
        assert (option.name, option.value) == ("upload-certs", "true")


@pytest.mark.parametrize(
    ("given", "path", "said"),
    [
        (
            "--experimental-upload-certs",
            "--experimental-upload-certs",
            "taken over as --upload-certs",
        ),
        ("--skip-preflight-checks", "--skip-preflight-checks", "as --ignore-preflight-errors=all"),
        ("--api-port=1", "--api-port", "taken over as --apiserver-bind-port"),
        ("--apiserver-count=3", "--apiserver-count", "nothing takes its place"),
        ("--external-etcd-cafile=/x", "--external-etcd-cafile", "Set etcd.external.caFile instead"),
        ("--feature-gates=CoreDNS=true", "--feature-gates", "no feature gate CoreDNS any more"),
        ("--pod-network-cird=x", "--pod-network-cird", "Did you mean --pod-network-cidr?"),
        ("--strange", "--strange", "is not a known flag"),
        ("--service-cidr $CIDR", "--service-cidr", "$CIDR is known to a shell only"),
        ("--apiserver-bind-port=x", "--apiserver-bind-port", "is not a port"),
        ("--token-ttl=1day", "--token-ttl", "duration"),
        ("--node-name", "--node-name", "has no value"),
        ("--config k.yaml", "--config", "Open that file first"),
        ("--v=5", "--v", "says what is printed"),
    ],
)
def test_what_is_not_taken_over_is_told(given: str, path: str, said: str) -> None:
    """Unknown, retired and unreadable flags are named with what takes their place; the rest is taken."""
    text = f"kubeadm init {given} --cri-socket=/run/x.sock"
    text = f"kubeadm init --cri-socket=/run/x.sock {given}" if given == "--node-name" else text
    assert said in notes(text)[path]
    assert sets(text)["cri-socket"] == "/run/x.sock"


def test_gates_that_live_are_kept() -> None:
    """Only those that are gone are left out of a list."""
    text = "kubeadm init --feature-gates=CoreDNS=true,RootlessControlPlane=true"
    assert sets(text) == {"feature-gates": "RootlessControlPlane=true"}


def test_a_quote_that_is_not_closed_is_told() -> None:
    """A half of a line is no reason to guess."""
    assert line("kubeadm init --node-name 'x").notes == (
        Problem("", "a quote is opened in this line and not closed", "Close it"),
    )


def test_a_join_line_fills_what_makes_sense_and_says_what_it_is() -> None:
    """The machine's own settings are taken; tokens and hashes of another cluster aren't."""
    text = (
        "kubeadm join 192.0.2.1:6443 --token abcdef.0123456789abcdee --node-name n2 "
        "--discovery-token-ca-cert-hash sha256:00 --control-plane --apiserver-advertise-address 192.0.2.8"
    )
    found = line(text)
    assert (found.verb, found.cluster) == ("join", "192.0.2.1:6443")
    assert sets(text) == {"node-name": "n2", "apiserver-advertise-address": "192.0.2.8"}
    (note,) = found.notes
    assert "joins 192.0.2.1:6443, and this program can't do that yet" in note.message


def test_the_table_of_retired_flags_is_sound() -> None:
    """What took a flag's place exists; nothing that is known today is in the table."""
    known = {*flags.FLAGS, flags.IGNORE_FLAG, *flags.RUN_FLAGS}
    for name, gone in retired_flags("init").items():
        assert name not in known
        assert not gone.now or gone.now in known
    living = {gate for release in releases().values() for gate in release.feature_gates}
    assert set(retired_flags("gates")) - living
