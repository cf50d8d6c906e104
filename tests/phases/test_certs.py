"""The certificates phase: made, kept, mended when ours, refused when not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phases.certs import PHASE
from phases.engine.errors import ForeignState, InstallerError, PhaseError
from phases.render import certificates, pki
from tests.engine.bench import Bench, configured
from tests.fakes import FakeClock

PKI = "/etc/kubernetes/pki"
ROWS = [row.name for row in certificates.CERTIFICATES]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def made(bench: Bench) -> Bench:
    """A master whose certificates an earlier run of ours has made."""
    bench.run(PHASE)
    return bench


def files(bench: Bench) -> dict[str, bytes]:
    return {path: data for path, data in bench.fakes.host.files.items() if path.startswith(PKI)}


def put(bench: Bench, name: str, content: bytes) -> None:
    """Somebody else writes a file."""
    path = f"{PKI}/{name}"
    bench.fakes.host.make_directory(path.rpartition("/")[0], mode=0o755)
    bench.fakes.host.write(path, content, mode=0o644)


def differing(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    paths = before.keys() | after.keys()
    return {p.removeprefix(f"{PKI}/") for p in paths if before.get(p) != after.get(p)}


def test_all_are_made(made: Bench) -> None:
    """Ten pairs and the service account's, keys for root alone."""
    found = files(made)
    assert len(found) == 22
    for path in found:
        fact = made.fakes.host.stat(path)
        assert fact
        assert fact.mode == (0o644 if path.endswith(".crt") else 0o600)
    assert {name: x["state"] for name, x in made.reports("certificate").items()} == dict.fromkeys(
        [*ROWS, "sa"], "created"
    )


def test_good_ones_are_kept(made: Bench) -> None:
    """A second run writes nothing and reports each as kept."""
    before = files(made)
    assert made.run(PHASE) == 0
    assert files(made) == before
    assert {x["state"] for x in made.reports("certificate").values()} == {"kept"}


LEAVES = [
    row.certificate_file.removesuffix(".crt") for row in certificates.CERTIFICATES if row.authority
]


@pytest.mark.parametrize("name", LEAVES)
@pytest.mark.parametrize("half", ["crt", "key"])
@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERT", b"rubbish"])
def test_a_damaged_one_of_ours_is_made_anew(
    made: Bench, name: str, half: str, content: bytes
) -> None:
    """An empty, torn or overwritten half costs that pair and nothing else."""
    before = files(made)
    put(made, f"{name}.{half}", content)
    made.run(PHASE)
    assert differing(before, files(made)) == {f"{name}.crt", f"{name}.key"}
    assert made.run(PHASE) == 0


@pytest.mark.parametrize("missing", ["crt", "key"])
def test_a_lost_half_of_ours_is_made_anew(made: Bench, missing: str) -> None:
    """A half that is gone costs that pair."""
    before = files(made)
    made.fakes.host.remove(f"{PKI}/apiserver.{missing}")
    made.run(PHASE)
    assert differing(before, files(made)) == {"apiserver.crt", "apiserver.key"}


def test_a_new_name_costs_one_certificate(made: Bench) -> None:
    """A name added to the configuration makes the API server's certificate anew, its authority stays."""
    before = files(made)
    made.configuration = configured("apiServer: {certSANs: [new.example]}")
    made.run(PHASE)
    assert differing(before, files(made)) == {"apiserver.crt", "apiserver.key"}


@pytest.mark.parametrize("name", ["apiserver", "ca", "etcd/server"])
def test_a_broken_one_of_others_is_refused(bench: Bench, name: str) -> None:
    """What isn't ours and can't be used is named with its reason, and left as it is."""
    put(bench, f"{name}.crt", b"theirs")
    with pytest.raises(ForeignState) as caught:
        bench.run(PHASE)
    assert f"{name}.crt" in caught.value.what
    assert caught.value.why
    assert files(bench)[f"{PKI}/{name}.crt"] == b"theirs"


@pytest.mark.parametrize(("there", "missing"), [("crt", "key"), ("key", "crt")])
@pytest.mark.parametrize("signs", [True, False])
def test_half_a_pair_of_others_is_told_as_such(
    made: Bench, there: str, missing: str, signs: bool
) -> None:
    """One half of somebody's pair is left alone; the error names both halves and what can be done."""
    content = files(made)[f"{PKI}/apiserver.{there}"]
    other = Bench(made.state / "other")
    for name, data in files(made).items():
        if "apiserver." not in name and (signs or not name.endswith("/ca.key")):
            put(other, name.removeprefix(f"{PKI}/"), data)
    put(other, f"apiserver.{there}", content)
    with pytest.raises(ForeignState) as caught:
        other.run(PHASE)
    error = caught.value
    assert error.what == f"{PKI}/apiserver.{there} is there without {PKI}/apiserver.{missing}"
    assert "isn't there" not in error.why
    assert error.remedy.startswith(f"Put {PKI}/apiserver.{missing} there")
    assert ("move" in error.remedy) is signs
    assert files(other)[f"{PKI}/apiserver.{there}"] == content
    assert f"{PKI}/apiserver.{missing}" not in files(other)


def test_a_lost_key_is_named_where_its_authority_is_elsewhere(made: Bench) -> None:
    """Our own certificate whose key is lost isn't told as missing when it can't be signed anew."""
    for name in ("ca.key", "apiserver.key"):
        made.fakes.host.remove(f"{PKI}/{name}")
    with pytest.raises(PhaseError) as caught:
        made.run(PHASE)
    assert f"its key {PKI}/apiserver.key isn't there" in caught.value.why
    assert "it isn't there" not in caught.value.why


def test_a_key_of_others_without_its_certificate_is_refused(bench: Bench) -> None:
    """An authority's lone key is somebody's, and never overwritten."""
    put(bench, "ca.key", b"theirs")
    with pytest.raises(ForeignState, match=r"ca\.crt"):
        bench.run(PHASE)
    assert files(bench)[f"{PKI}/ca.key"] == b"theirs"


def test_a_run_cut_short_inside_an_authority_is_resumed(bench: Bench) -> None:
    """Our own key without its certificate is no obstacle: the pair is made anew."""
    bench.fakes.host.fail_at(3, OSError(28, "No space left on device"))
    with pytest.raises(OSError, match="No space"):
        bench.run(PHASE)
    assert set(files(bench)) == {f"{PKI}/ca.key"}
    bench.run(PHASE)
    assert len(files(bench)) == 22


def test_every_moment_of_death_is_resumed(bench: Bench) -> None:
    """Wherever among its changes a run dies, before one or after it, the next completes the set."""
    whole = Bench(bench.state / "whole")
    whole.run(PHASE)
    total = len(whole.fakes.host.effects)
    for k in range(1, total + 1, 5):
        for after in (False, True):
            fresh = Bench(bench.state / f"{k}-{after}")
            fresh.fakes.host.fail_at(k, OSError(5, "Input/output error"), after=after)
            with pytest.raises(OSError, match="Input/output"):
                fresh.run(PHASE)
            fresh.run(PHASE)
            assert len(files(fresh)) == 22
            assert fresh.run(PHASE) == 0


def authority(name: str) -> pki.Pair:

    now = FakeClock().now()
    return certificates.create_authority(certificates.spec(name), configured(), now)


def test_an_operators_own_authority_is_used(bench: Bench) -> None:
    """A whole pair that was put there signs the leaves and stays as it is."""
    own = authority("ca")
    put(bench, "ca.crt", own.certificate)
    put(bench, "ca.key", own.key)
    bench.run(PHASE)
    assert files(bench)[f"{PKI}/ca.crt"] == own.certificate
    assert files(bench)[f"{PKI}/ca.key"] == own.key
    assert bench.reports("certificate")["ca"]["state"] == "kept"


def test_an_external_authority_asks_for_certificates(bench: Bench) -> None:
    """Without its key nothing can be signed: the error names the file and the way out."""
    put(bench, "ca.crt", authority("ca").certificate)
    with pytest.raises(PhaseError) as caught:
        bench.run(PHASE)
    assert caught.value.code == "external-authority"
    assert "--csr-only" in caught.value.remedy


def test_an_external_authority_with_all_its_certificates_is_kept(made: Bench) -> None:
    """When the leaves are there the authority's key may be elsewhere."""
    made.fakes.host.remove(f"{PKI}/ca.key")
    assert made.run(PHASE) == 0
    assert made.reports("certificate")["ca"]["state"] == "external"


def test_requests_are_written_for_an_external_authority(bench: Bench) -> None:
    """--csr-only leaves a key and a request for each leaf, and a second run leaves them alone."""
    bench.options = replace(bench.options, csr_only=True)
    bench.run(PHASE)
    for name in LEAVES:
        assert {f"{PKI}/{name}.key", f"{PKI}/{name}.csr"} <= set(files(bench))
        assert f"{PKI}/{name}.crt" not in files(bench)
    assert bench.run(PHASE) == 0


def test_a_request_of_others_is_left_waiting(bench: Bench) -> None:
    """With --csr-only somebody's key with its request is kept; without a request it is left alone."""
    bench.options = replace(bench.options, csr_only=True)
    put(bench, "apiserver.key", b"theirs")
    with pytest.raises(ForeignState, match=r"apiserver\.key is there without"):
        bench.run(PHASE)
    put(bench, "apiserver.csr", b"theirs")
    bench.run(PHASE)
    assert files(bench)[f"{PKI}/apiserver.key"] == b"theirs"


def test_a_step_alone_needs_its_authority(bench: Bench) -> None:
    """A leaf without its authority is an error that names the step to run first."""
    context = bench.context("certs", dict.fromkeys((*ROWS, "sa"), "no") | {"apiserver": ""})
    with pytest.raises(PhaseError, match="certs/ca"):
        PHASE.run(context)


@pytest.mark.parametrize(
    ("damage", "changed"),
    [
        ({"sa.pub": b""}, set()),
        ({"sa.pub": None}, set()),
        ({"sa.key": None}, {"sa.key", "sa.pub"}),
        ({"sa.key": b"", "sa.pub": b""}, {"sa.key", "sa.pub"}),
        ({"sa.key": b"torn"}, {"sa.key", "sa.pub"}),
    ],
)
def test_the_service_account_pair_is_mended(
    made: Bench, damage: dict[str, bytes | None], changed: set[str]
) -> None:
    """A lost or broken public half comes back as it was; a lost private one makes a new pair."""
    before = files(made)
    for name, content in damage.items():
        if content is None:
            made.fakes.host.remove(f"{PKI}/{name}")
        else:
            put(made, name, content)
    made.run(PHASE)
    after = files(made)
    assert differing(before, after) == changed
    assert after[f"{PKI}/sa.pub"] == pki.public_key(after[f"{PKI}/sa.key"])


def test_anothers_unreadable_service_account_key_is_refused(bench: Bench) -> None:
    """A broken sa.key that isn't ours is not replaced."""
    put(bench, "sa.key", b"theirs")
    with pytest.raises(InstallerError) as caught:
        bench.run(PHASE)
    assert caught.value.exit_code == 6
    assert files(bench)[f"{PKI}/sa.key"] == b"theirs"


def test_an_external_etcd_needs_no_certificates_here(tmp_path: Path) -> None:
    """With an external etcd none of etcd's rows is made."""
    etcd = "etcd: {external: {endpoints: [https://e:2379], caFile: /c, certFile: /c, keyFile: /k}}"
    bench = Bench(tmp_path, etcd)
    bench.run(PHASE)
    assert not [path for path in files(bench) if "etcd" in path]
