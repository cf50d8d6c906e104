"""Rehearsals and dry runs change nothing outside their folder, and remember what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phases.system.overlay import DryRunHost, RehearsalHost
from phases.system.ports import HttpReply
from phases.system.real_host import RealHost
from tests.fakes import FakeHost

Walk = dict[str, tuple[int, int, int, bytes]]


def walk(root: Path) -> Walk:
    """Every path below a folder with inode, mode, time of change and content."""

    def look(path: Path) -> tuple[int, int, int, bytes]:
        fact = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        return fact.st_ino, fact.st_mode, fact.st_ctime_ns, content

    return {str(path): look(path) for path in root.rglob("*")}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A piece of a real machine: a folder with a file, a link and a folder with a file."""
    root = tmp_path / "machine"
    (root / "deep").mkdir(parents=True)
    (root / "file").write_bytes(b"real")
    (root / "deep" / "leaf").write_bytes(b"real too")
    (root / "link").symlink_to("file")
    return root


@pytest.fixture
def host(tmp_path: Path) -> RehearsalHost:
    return RehearsalHost(RealHost(), str(tmp_path / "folder"))


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[RehearsalHost]:
    """A rehearsal above a machine that is a master already."""
    base = FakeHost({"/etc/kubernetes/admin.conf": b"real", "/etc/hosts": b"127.0.0.1 localhost"})
    yield RehearsalHost(base, str(tmp_path / "folder"))
    assert base.effects == []


def test_nothing_outside_the_folder_changes(host: RehearsalHost, machine: Path) -> None:
    """Every verb that changes something leaves inodes, modes, times and contents as they were."""
    before = walk(machine)
    host.write(f"{machine}/file", b"changed", mode=0o600)
    host.write(f"{machine}/new", b"new", mode=0o600)
    host.make_directory(f"{machine}/deep", mode=0o700)
    host.make_directory(f"{machine}/more/folders", mode=0o700)
    host.remove(f"{machine}/deep/leaf")
    host.remove(f"{machine}/deep")
    host.run(["rm", "-rf", str(machine)])
    with pytest.raises(OSError):
        host.write(f"{machine}/link", b"", mode=0o600)
    assert walk(machine) == before
    assert host.read(f"{machine}/file") == b"changed"
    assert host.list(str(machine)) == ("file", "link", "more", "new")


def test_what_is_removed_stays_hidden(host: RehearsalHost, machine: Path) -> None:
    """A real folder that was removed and made again is empty."""
    host.remove(f"{machine}/deep")
    assert host.stat(f"{machine}/deep/leaf") is None
    host.make_directory(f"{machine}/deep", mode=0o755)
    assert host.list(f"{machine}/deep") == ()
    with pytest.raises(FileNotFoundError):
        host.read(f"{machine}/deep/leaf")


def test_the_folder_mirrors_the_machine(host: RehearsalHost) -> None:
    """What a phase writes to /etc/kubernetes lies at FOLDER/etc/kubernetes, with its mode."""
    host.make_directory("/etc/kubernetes/pki", mode=0o750)
    host.write("/etc/kubernetes/pki/ca.key", b"k", mode=0o600)
    key = Path(host.folder) / "etc/kubernetes/pki/ca.key"
    assert key.read_bytes() == b"k"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o750


def test_a_rehearsal_is_of_a_fresh_master(managed: RehearsalHost) -> None:
    """What the installer manages is never seen on the real machine, anything else is."""
    assert managed.stat("/etc/kubernetes") is None
    assert managed.stat("/etc/kubernetes/admin.conf") is None
    assert managed.list("/etc/kubernetes") == ()
    assert "kubernetes" not in managed.list("/etc")
    with pytest.raises(FileNotFoundError):
        managed.read("/etc/kubernetes/admin.conf")
    assert managed.read("/etc/hosts") == b"127.0.0.1 localhost"


def test_a_name_that_only_begins_like_a_managed_one_is_not_hidden(tmp_path: Path) -> None:
    """/etc/kubernetes-tools is none of the installer's."""
    base = FakeHost({"/etc/kubernetes-tools/file": b"x"})
    host = RehearsalHost(base, str(tmp_path / "folder"))
    assert host.read("/etc/kubernetes-tools/file") == b"x"


def test_a_dry_run_sees_this_machine_as_it_is() -> None:
    """A dry run reads managed files, changes a copy, and leaves nothing behind."""
    base = FakeHost({"/etc/kubernetes/admin.conf": b"real"})
    host = DryRunHost(base)
    assert host.read("/etc/kubernetes/admin.conf") == b"real"
    host.write("/etc/kubernetes/admin.conf", b"new", mode=0o600)
    assert host.read("/etc/kubernetes/admin.conf") == b"new"
    assert base.effects == []
    assert Path(host.folder).stat().st_mode & 0o777 == 0o700
    host.close()
    assert not Path(host.folder).exists()


def test_a_dry_run_tells_health_as_it_is() -> None:
    """The machine is asked; where it has no answer, a 'restarted' kubelet is taken to be healthy."""
    base = FakeHost()
    base.serve("http://127.0.0.1:10248", HttpReply(500, "ill"))
    host = DryRunHost(base)
    assert host.fetch("http://127.0.0.1:10248/healthz") == HttpReply(500, "ill")
    with pytest.raises(OSError):
        host.fetch("https://127.0.0.1:10259/livez")
    host.run(["systemctl", "restart", "kubelet"])
    assert host.fetch("http://127.0.0.1:10248/healthz") == HttpReply(500, "ill")
    assert host.fetch("https://127.0.0.1:10259/livez") == HttpReply(200, "ok")
    with pytest.raises(OSError):
        host.fetch("https://127.0.0.1:10259/metrics")


@pytest.mark.parametrize("runs", [True, False])
def test_a_running_kubelet_would_start_what_a_dry_run_has_written(runs: bool) -> None:
    """A static pod that was written is taken to be healthy only where a kubelet really runs."""
    base = FakeHost({"/etc/kubernetes/manifests/etcd.yaml": b""})
    base.answer("systemctl is-active", code=0 if runs else 3)
    host = DryRunHost(base)
    url = "https://127.0.0.1:10259/livez"
    with pytest.raises(OSError):
        host.fetch(url)
    host.write("/etc/kubernetes/manifests/kube-scheduler.yaml", b"", mode=0o600)
    assert host.awaits_components is runs
    if runs:
        assert host.fetch(url) == HttpReply(200, "ok")
    assert base.effects == []


def test_commands_are_remembered_and_not_run(host: RehearsalHost, machine: Path) -> None:
    """A changing command answers 0 and nothing, and stands in the folder's record."""
    result = host.run(["rm", f"{machine}/file"])
    assert (result.code, result.stdout, result.stderr) == (0, "", "")
    assert (machine / "file").exists()
    assert host.state.commands == (("rm", f"{machine}/file"),)


def test_probes_are_real(host: RehearsalHost) -> None:
    """A command that only reads runs in a rehearsal too."""
    assert host.probe(["echo", "hello"]).stdout == "hello\n"


def test_units_are_as_the_rehearsal_left_them(managed: RehearsalHost) -> None:
    """Asked for a unit that it has started, the rehearsal answers by itself; else the machine does."""
    ask = ["systemctl", "is-active", "kubelet"]
    assert managed.probe(ask).stdout == ""
    managed.run(["systemctl", "start", "kubelet"])
    assert (managed.probe(ask).code, managed.probe(ask).stdout) == (0, "active\n")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:10248/healthz",
        "https://192.0.2.1:6443/livez?verbose",
        "https://[::1]:1/readyz",
    ],
)
def test_health_comes_with_the_kubelet(managed: RehearsalHost, url: str) -> None:
    """Health endpoints refuse until a kubelet was 'started', answer ok from then on, and stop with it."""
    with pytest.raises(ConnectionRefusedError):
        managed.fetch(url)
    managed.run(["systemctl", "enable", "--now", "kubelet.service"])
    assert managed.fetch(url) == HttpReply(200, "ok")
    managed.run(["systemctl", "stop", "kubelet"])
    with pytest.raises(ConnectionRefusedError):
        managed.fetch(url)


def test_other_addresses_are_really_asked(tmp_path: Path) -> None:
    """A GET that is about no health goes to the machine."""
    base = FakeHost()
    base.serve("http://127.0.0.1:2381/metrics", HttpReply(200, "numbers"))
    host = RehearsalHost(base, str(tmp_path / "folder"))
    assert host.fetch("http://127.0.0.1:2381/metrics").body == "numbers"


def test_a_second_rehearsal_goes_on(managed: RehearsalHost) -> None:
    """Files, commands and removals of an earlier rehearsal in the same folder are still there."""
    managed.make_directory("/etc/kubernetes", mode=0o755)
    managed.write("/etc/kubernetes/admin.conf", b"rehearsed", mode=0o600)
    managed.remove("/etc/hosts")
    managed.run(["systemctl", "start", "kubelet"])
    again = RehearsalHost(FakeHost({"/etc/hosts": b""}), managed.folder)
    assert again.read("/etc/kubernetes/admin.conf") == b"rehearsed"
    assert again.stat("/etc/hosts") is None
    assert again.state.kubelet_started


def test_the_way_out_is_barred(host: RehearsalHost, tmp_path: Path) -> None:
    """Neither '..' nor a link planted in the folder leads anything outside it."""
    with pytest.raises(OSError, match="absolute path"):
        host.write("/etc/../../escaped", b"", mode=0o600)
    with pytest.raises(OSError, match="absolute path"):
        host.read("relative")
    outside = tmp_path / "outside"
    outside.mkdir()
    (Path(host.folder) / "srv").symlink_to(outside)
    with pytest.raises(NotADirectoryError):
        host.write("/srv/file", b"", mode=0o600)
    with pytest.raises(OSError):
        host.make_directory("/srv/folder", mode=0o755)
    (outside / "deep").mkdir()
    (outside / "deep" / "kept").write_bytes(b"")
    for path in ("/srv/deep", "/srv/deep/kept"):
        with pytest.raises(OSError):
            host.remove(path)
    assert (outside / "deep" / "kept").exists()
    assert [child.name for child in outside.iterdir()] == ["deep"]


def test_a_rehearsal_does_not_live_in_the_root_folder(tmp_path: Path) -> None:
    """A folder that is / by any name would be the machine itself, and is refused."""
    (tmp_path / "root").symlink_to("/")
    for folder in ("/", "/etc/..", str(tmp_path / "root")):
        with pytest.raises(OSError, match="root folder"):
            RehearsalHost(RealHost(), folder)


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Rehearsing in a shared folder doesn't close it to others; one of our own is closed."""
    tmp_path.chmod(0o755)
    assert RehearsalHost(RealHost(), str(tmp_path))
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    own = RehearsalHost(RealHost(), str(tmp_path / "own"))
    assert Path(own.folder).stat().st_mode & 0o777 == 0o700
