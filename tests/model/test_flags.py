"""kubeadm's flags for init, laid over a configuration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from phases.model import flags
from phases.model.problem import Problems
from phases.model.secret import Secret
from phases.model.types import (
    BootstrapToken,
    Configuration,
    InitConfiguration,
    NodeRegistration,
    Patches,
)


def applied(values: dict[str, Any], *, config_given: bool = False) -> Configuration:
    return flags.apply(Configuration(), values, config_given=config_given)


@pytest.mark.parametrize(
    ("name", "typed", "target", "value"),
    [
        ("apiserver-advertise-address", "10.0.0.1", "init.local_api_endpoint.advertise_address", "10.0.0.1"),
        ("apiserver-bind-port", 7443, "init.local_api_endpoint.bind_port", 7443),
        ("apiserver-cert-extra-sans", ["a", "b"], "cluster.api_server.cert_sans", ("a", "b")),
        ("cert-dir", "/pki", "cluster.certificates_dir", "/pki"),
        ("certificate-key", "ab", "init.certificate_key", Secret("ab")),
        ("control-plane-endpoint", "a:1", "cluster.control_plane_endpoint", "a:1"),
        ("cri-socket", "unix:///a", "init.node_registration.cri_socket", "unix:///a"),
        ("dry-run", True, "init.dry_run", True),
        ("feature-gates", "A=true, B=False", "cluster.feature_gates", {"A": True, "B": False}),
        ("image-repository", "r", "cluster.image_repository", "r"),
        ("kubernetes-version", "1.37.0", "cluster.kubernetes_version", "1.37.0"),
        ("node_name", "n", "init.node_registration.name", "n"),
        ("patches", "/p", "init.patches", Patches("/p")),
        ("pod-network-cidr", "10.244.0.0/16", "cluster.networking.pod_subnet", "10.244.0.0/16"),
        ("service-cidr", "10.0.0.0/16", "cluster.networking.service_subnet", "10.0.0.0/16"),
        ("service-dns-domain", "d", "cluster.networking.dns_domain", "d"),
        ("skip-phases", "addon/coredns,certs", "init.skip_phases", ("addon/coredns", "certs")),
    ],
)  # fmt: skip
def test_a_flag_sets_its_field(name: str, typed: Any, target: str, value: Any) -> None:
    """Each of kubeadm's value flags lands where kubeadm puts it."""
    found: Any = applied({name: typed})
    for attribute in target.split("."):
        found = getattr(found, attribute)
    assert found == value


def test_token_flags_make_the_one_token() -> None:
    """Token and lifetime go together, with kubeadm's description."""
    (token,) = applied({"token-ttl": "2h", "token": "abc"}).init.bootstrap_tokens
    assert token == BootstrapToken(
        Secret("abc"), description=flags.FIRST_TOKEN_DESCRIPTION, ttl=timedelta(hours=2)
    )


def test_only_without_a_file_is_the_token_described() -> None:
    """A file's tokens are as the file says, even when it names none."""
    assert applied({}, config_given=True).init.bootstrap_tokens == ()
    assert applied({}).init.bootstrap_tokens[0].description


BESIDE = {"dry-run", "node-name", "skip-phases", flags.IGNORE_FLAG, *flags.RUN_FLAGS}
VALUES = {
    "apiserver-bind-port": "1",
    "dry-run": "true",
    "feature-gates": "A=true",
    "token-ttl": "1h",
}


@pytest.mark.parametrize("name", sorted({*flags.FLAGS, *BESIDE}))
def test_few_flags_stand_beside_a_file(name: str) -> None:
    """kubeadm 1.37.2 accepts exactly these together with --config."""
    if name in BESIDE:
        applied({name: VALUES.get(name, "x")}, config_given=True)
        return
    with pytest.raises(Problems, match=f"--{name}: can't stand beside --config"):
        applied({name: VALUES.get(name, "x")}, config_given=True)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("pod-network-cidr", "networking.podSubnet of ClusterConfiguration"),
        ("apiserver-cert-extra-sans", "apiServer.certSANs of ClusterConfiguration"),
        ("cri-socket", "nodeRegistration.criSocket of InitConfiguration"),
        ("patches", "patches.directory of InitConfiguration"),
        ("token", "bootstrapTokens[0].token of InitConfiguration"),
        ("token-ttl", "bootstrapTokens[0].ttl of InitConfiguration"),
    ],
)
def test_a_misplaced_flag_names_its_field(name: str, field: str) -> None:
    """Beside a file the field to set instead is told, as the file calls it."""
    with pytest.raises(Problems) as raised:
        applied({name: VALUES.get(name, "x")}, config_given=True)
    assert f"Set {field} in the configuration file" in str(raised.value)


@pytest.mark.parametrize("flag", flags.VALUE_FLAGS, ids=lambda flag: flag.name)
def test_every_flag_has_a_field(flag: flags.Flag) -> None:
    """Each flag's target is a field of a document."""
    assert " of " in flags.field_of(flag)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"apiserver-bind-port": "06443x"}, "not a port"),
        ({"apiserver-bind-port": "70000"}, "not a port"),
        ({"token-ttl": "1day"}, "'1day' is not a duration"),
        ({"feature-gates": "A"}, "neither true nor false"),
        ({"pod-cidr": "x"}, "--pod-cidr: is not a known flag. Did you mean --pod-network-cidr?"),
        ({flags.IGNORE_FLAG: "all,Swap"}, "names single checks beside all"),
    ],
)
def test_what_can_not_be_read_is_told_by_its_flag(values: dict[str, str], said: str) -> None:
    """A wrong text names the flag it was typed for."""
    with pytest.raises(Problems) as raised:
        applied(values)
    assert said in str(raised.value)


def test_waived_checks_of_file_and_flag_add_up() -> None:
    """They are joined in lower case, each once."""
    node = NodeRegistration(ignore_preflight_errors=("Swap", "Mem"))
    given = Configuration(init=InitConfiguration(node_registration=node))
    found = flags.apply(given, {flags.IGNORE_FLAG: "swap,NumCPU"}, config_given=True)
    assert found.init.node_registration.ignore_preflight_errors == ("mem", "numcpu", "swap")
