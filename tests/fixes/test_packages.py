"""Software from the web: only with the key, the checksum and the version that were asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from phases.engine.context import Context, Options
from phases.engine.errors import ConfigurationError, PhaseError
from phases.fixes.packages import binaries, install, managers, source
from tests.engine.bench import Bench
from tests.fixes.bench import FINGERPRINT, apply, left

KEY = Path(__file__).with_name("key.asc").read_bytes()
COMMUNITY = "https://pkgs.k8s.io/core:/stable:/v1.37/deb/Release.key"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.fakes.host.write("/usr/bin/apt-get", b"", mode=0o755)
    bench.fakes.host.web[COMMUNITY] = KEY
    bench.fakes.host.effects.clear()
    return bench


def context(bench: Bench, **options: str) -> Context:
    bench.options = Options(**options)  # type: ignore[arg-type]
    return bench.context()


def test_another_key_is_refused(bench: Bench) -> None:
    """A key whose fingerprint isn't the expected one adds no repository and installs nothing."""
    with pytest.raises(PhaseError) as caught:
        install.kubernetes(context(bench), [])
    assert caught.value.code == "wrong-key"
    assert FINGERPRINT in caught.value.why
    assert bench.fakes.host.effects == []


@pytest.mark.parametrize("content", [b"<html>", b"", KEY[:200], KEY + KEY.replace(b"A", b"B")])
def test_what_is_no_key_is_refused(bench: Bench, content: bytes) -> None:
    """A page, half a key, or one key too many is told, not installed."""
    bench.fakes.host.web[COMMUNITY] = content
    with pytest.raises(PhaseError) as caught:
        install.kubernetes(context(bench, package_key=FINGERPRINT), [])
    assert caught.value.code == "wrong-key"
    assert bench.fakes.host.effects == []


def test_a_fingerprint_may_be_typed_as_people_do() -> None:
    """Spaces, colons and small letters don't matter."""
    assert source.normal("ee37 d522:8735 973a") == "EE37D5228735973A"


def test_a_version_that_nobody_has(bench: Bench) -> None:
    """What there is instead is named, and nothing is installed."""
    bench.fakes.host.answer("apt-cache madison", stdout=" kubelet | 1.37.9-1.1 | x\n")
    with pytest.raises(PhaseError) as caught:
        install.kubernetes(context(bench, package_key=FINGERPRINT), [])
    assert caught.value.what == "the repositories have no kubelet 1.37.2"
    assert "1.37.9-1.1" in caught.value.why
    assert not bench.fakes.host.was_run("env")


def test_what_isnt_known_yet_is_foreseen(bench: Bench) -> None:
    """A dry run of a machine that knows no repository yet tells the packages without their builds."""
    foreseen = context(bench, package_key=FINGERPRINT, mode="dry-run")
    install.runtime(foreseen, [])
    install.kubernetes(foreseen, [])
    ran = bench.fakes.host.ran
    assert any(line.endswith(" containerd") for line in ran)
    packages = " kubelet=1.37.2-* kubeadm=1.37.2-* kubectl=1.37.2-* cri-tools"
    assert any(line.endswith(packages) for line in ran)
    with pytest.raises(PhaseError, match="have no containerd"):
        install.runtime(context(bench), [])
    with pytest.raises(PhaseError, match="have no kubelet"):
        install.kubernetes(context(bench, package_key=FINGERPRINT), [])


@pytest.mark.parametrize("has_it", [True, False])
def test_crictl_comes_along_where_there_is_one(bench: Bench, has_it: bool) -> None:
    """In whichever version the repository has; it isn't held, and its absence is no fault."""
    for name in install.PACKAGES:
        bench.fakes.host.answer(f"apt-cache madison {name}", stdout=f" {name} | 1.37.2-1.1 | x\n")
    rows = " cri-tools | 1.36.0-1.1 | x\n" if has_it else ""
    bench.fakes.host.answer("apt-cache madison cri-tools", stdout=rows)
    install.kubernetes(context(bench, package_key=FINGERPRINT), [])
    installed, held = bench.fakes.host.ran[-2:]
    assert installed.endswith(" kubectl=1.37.2-1.1" + " cri-tools" * has_it)
    assert held == "apt-mark hold kubelet kubeadm kubectl"


def test_an_unknown_source_is_refused(bench: Bench) -> None:
    """The sources that there are are named."""
    with pytest.raises(ConfigurationError, match="no package source is called alyun") as caught:
        source.chosen(context(bench, packages="alyun"))
    assert "aliyun" in caught.value.remedy


@pytest.mark.parametrize("name", source.names())
def test_each_source_has_addresses(bench: Bench, name: str) -> None:
    """Every source has both kinds of packages and programs, over https, for this release."""
    found = source.chosen(context(bench, packages=name))
    version = context(bench).version
    for kind in ("deb", "rpm"):
        address = found.repository(kind, version)
        assert address.startswith("https://")
        assert "/v1.37/" in address
    programs = source.filled(found.programs, version, "arm64")
    assert programs.endswith("/v1.37.2/bin/linux/arm64/")


def test_an_operators_own_mirror(bench: Bench) -> None:
    """An address is a repository as it stands, for packages of either kind."""
    found = source.chosen(
        context(bench, packages="https://mirror.example/k8s", package_key="ab cd")
    )
    assert found.repository("deb", context(bench).version) == "https://mirror.example/k8s/"
    assert found.key == "ABCD"


@pytest.mark.parametrize("runtime", ["containerd", "crio", "cri-dockerd"])
def test_a_runtime_that_is_there_is_adopted(bench: Bench, runtime: str) -> None:
    """Though it doesn't answer and the fix was named, none is installed beside it: nothing is changed."""
    bench.fakes.host.write(f"/usr/bin/{runtime}", b"", mode=0o755)
    bench.fakes.host.effects.clear()
    bench.fakes.runtime.down = "connection refused"
    apply(bench, "runtime")
    assert left(bench) == {"runtime": f"{runtime} is there already"}
    assert bench.fakes.host.effects == []


@pytest.mark.parametrize(
    ("program", "name"), [("apt-get", "apt-get"), ("dnf", "dnf"), ("zypper", "zypper"), ("", None)]
)
def test_the_package_manager_is_recognised(tmp_path: Path, program: str, name: str | None) -> None:
    """By its program; without one the fix says so."""
    bench = Bench(tmp_path)
    if program:
        bench.fakes.host.write(f"/usr/bin/{program}", b"", mode=0o755)
    found = managers.manager(bench.context())
    assert (found.program if found else None) == name
    assert (install.no_manager(bench.context(), []) is None) == bool(program)


@pytest.mark.parametrize("by", [managers.DNF, managers.ZYPPER])
def test_packages_of_the_other_kind(tmp_path: Path, by: managers.Manager) -> None:
    """The repository names the verified key, pinned packages are installed, and removed by undo."""
    bench = Bench(tmp_path)
    host = bench.fakes.host
    host.write(f"/usr/bin/{by.program}", b"", mode=0o755)
    host.web["https://pkgs.k8s.io/core:/stable:/v1.37/rpm/repodata/repomd.xml.key"] = KEY
    host.answer("rpm -q", code=1)
    host.answer("dnf -q repoquery", stdout="1.37.1\n1.37.2\n")
    host.answer(re.compile("dnf -q repoquery .* cri-tools"), stdout="1.36.0\n1.37.0\n")
    for name in install.PACKAGES:
        row = f"v | {name} | package | 1.37.2-150500.1.1 | x86_64 | kubernetes\n"
        host.answer(f"zypper -n search -s --match-exact {name}", stdout=row)
    install.kubernetes(context(bench, package_key=FINGERPRINT), [])
    (repo,) = [text.decode() for path, text in host.files.items() if path.endswith(".repo")]
    assert f"gpgkey=file://{managers.RPM_KEY}" in repo
    assert "gpgcheck=1\nrepo_gpgcheck=1" in repo
    assert host.files[managers.RPM_KEY] == KEY
    (installed,) = [line for line in host.ran if " install " in line]
    assert "kubelet-1.37.2" in installed or "kubelet=1.37.2-150500.1.1" in installed
    (entry,) = [each for each in bench.context().past.entries() if " install " in each.target]
    brought = (*install.PACKAGES, *([install.CRI_TOOLS] if by is managers.DNF else []))
    assert entry.undo == (*by.remove, *brought)


def test_a_program_with_another_checksum_is_refused(bench: Bench) -> None:
    """Nothing lies at its path, and the error is the download's."""
    host = bench.fakes.host
    host.answer("uname -m", stdout="aarch64\n")
    base = "https://dl.k8s.io/release/v1.37.2/bin/linux/arm64/"
    host.web |= {f"{base}kubelet": b"other", f"{base}kubelet.sha256": b"0" * 64}
    with pytest.raises(OSError, match="its SHA-256 is"):
        binaries.fetch(context(bench), [])
    assert "/usr/local/bin/kubelet" not in host.files
    host.web[f"{base}kubelet.sha256"] = b"<html>"
    with pytest.raises(PhaseError, match="is no checksum"):
        binaries.fetch(context(bench), [])


def test_an_operators_configuration_outlives_the_package(bench: Bench) -> None:
    """What lay in a runtime's folder is in the ledger before its package, which takes it along."""
    host = bench.fakes.host
    host.make_directory("/etc/containerd", mode=0o755)
    host.write("/etc/containerd/config.toml", b"theirs", mode=0o640)
    host.answer("apt-cache madison containerd", stdout=" containerd | 2.4 | x\n")
    install.runtime(context(bench), [])
    entries = bench.context().past.entries()
    kept = [entry for entry in entries if entry.target == "/etc/containerd/config.toml"]
    assert len(kept) == 1
    assert kept[0].line < next(entry.line for entry in entries if " install " in entry.target)


def test_a_name_server_that_is_late_is_asked_again(bench: Bench) -> None:
    """What may pass is tried three times in all; what doesn't pass is the download's own error."""
    host, asked = bench.fakes.host, list[str]()
    get = host.get

    def late(url: str) -> bytes:
        asked.append(url)
        if len(asked) < 3:
            raise OSError(5, "no answer: Temporary failure in name resolution", url)
        return get(url)

    host.get = late  # type: ignore[method-assign]
    assert source.fetched(context(bench), COMMUNITY) == KEY
    with pytest.raises(OSError, match="404"):
        source.fetched(context(bench), "https://nowhere.example/")
    assert asked == [COMMUNITY] * 3 + ["https://nowhere.example/"] * 3
