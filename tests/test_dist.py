"""The one file to copy to a master: packed, unpacked and started, shown on small programs and wheels."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import runpy
import stat
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

CI = Path(__file__).parents[1] / ".ci"
PYTHONS = ("311", "312", "313", "314")
MACHINES = {"x86_64": 62, "aarch64": 183}
"""The processors by the numbers that ELF gives them."""
HERE = os.uname().machine
CLI = '''"""A small program."""
import sys

def main() -> int:
    print(__file__, *sys.argv)
    return 7
'''


def packed(folder: Path, name: str = "program", text: str = CLI, lock: str = "") -> Path:
    """A program packed, with the wheels in `folder` that a lock names."""
    package = folder / f"site-{name}" / "tui"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "cli.py").write_text(text)
    output, locked = folder / name, folder / f"{name}.lock"
    locked.write_text(lock)
    offline = {"UV_OFFLINE": "1", "UV_NO_INDEX": "1", "UV_CACHE_DIR": str(folder / "cache")}
    subprocess.run(
        [sys.executable, CI / "dist.py", locked, package.parent, output],
        env={"PATH": os.environ["PATH"], "UV_FIND_LINKS": str(folder), **offline},
        stderr=subprocess.PIPE,
        check=True,
    )
    return output


def wheel(folder: Path, name: str, tags: str, files: Mapping[str, bytes]) -> str:
    """Makes a wheel; its hash, as a lock gives it."""
    about = f"{name}-1.dist-info"
    lines = "".join(f"Tag: {tags.replace('.', '-')}\n")
    said = {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n".encode(),
        f"{about}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\n{lines}".encode(),
        f"{about}/RECORD": b"",
    }
    path = folder / f"{name}-1-{tags}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in {**files, **said}.items():
            archive.writestr(file, data)
    return f"--hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def compiled(machine: str) -> bytes:
    """The beginning of a compiled module: as much of it as tells the processor."""
    return b"\x7fELF\x02\x01\x01".ljust(18, b"\0") + struct.pack("<H", MACHINES[machine])


def wheels(folder: Path) -> str:
    """A package of each kind: pure, for each machine, for each machine and Python; their lock."""
    pure = [wheel(folder, "pure", "py3-none-any", {"pure.py": b"", "pure.pyi": b"", "bin/x": b""})]
    stable = [
        wheel(folder, "stable", f"cp311-abi3-manylinux2014_{machine}", {
            "stable/__init__.py": b"1", "stable/_it.abi3.so": compiled(machine)
        })
        for machine in MACHINES
    ]  # fmt: skip
    each = [
        wheel(folder, "each", f"cp{python}-cp{python}-manylinux2014_{machine}", {
            "each.py": b"2", f"_each.cpython-{python}-{machine}-linux-gnu.so": compiled(machine)
        })
        for python, machine in product(PYTHONS, MACHINES)
    ]  # fmt: skip
    locked = {"pure": pure, "stable": stable, "each": each}
    return "".join(f"{name}==1 {' '.join(hashes)}\n" for name, hashes in locked.items())


def layers(program: Path) -> dict[str, list[str]]:
    """The layers that each kind of Python needs, by the file's own word."""
    with zipfile.ZipFile(program) as archive:
        lines = archive.read("made-for").decode().splitlines()
    return {kind: names for kind, *names in map(str.split, lines)}


def files(program: Path, layer: str) -> dict[str, bytes]:
    """What a layer holds."""
    with (
        zipfile.ZipFile(program) as archive,
        tarfile.open(fileobj=io.BytesIO(archive.read(layer))) as entries,
    ):
        opened = {entry.name: entries.extractfile(entry) for entry in entries}
        return {name: file.read() for name, file in opened.items() if file}


def altered(program: Path, target: Path, **entries: str) -> Path:
    """The same file with other entries."""
    with zipfile.ZipFile(program) as made, zipfile.ZipFile(target, "w") as archive:
        for name in made.namelist():
            archive.writestr(name, entries.get(name.replace("-", "_"), made.read(name)))
    return target


def started(
    program: Path, cache: Path, *arguments: str, path: str = os.environ["PATH"]
) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": path, "KUBEBOOT_CACHE": str(cache)}
    command = [sys.executable, "-I", str(program), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def unpacked(cache: Path) -> list[Path]:
    return [path for path in cache.iterdir() if path.is_dir()]


def script(path: Path, *lines: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines]))
    path.chmod(0o755)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program with wheels."""
    folder = tmp_path_factory.mktemp("whole")
    return packed(folder, lock=wheels(folder))


@pytest.fixture(scope="module")
def launcher() -> SimpleNamespace:
    """What the launcher defines, without starting it."""
    return SimpleNamespace(**runpy.run_path(str(CI / "launcher.py")))


def test_it_runs_the_command_line(program: Path, tmp_path: Path) -> None:
    """The program gets the arguments and the file's full path; its exit code is the file's."""
    ended = started(program, tmp_path / "cache", "init", "--json")
    (folder,) = unpacked(tmp_path / "cache")
    assert ended.returncode == 7
    assert ended.stdout.split() == [str(folder / "tui" / "cli.py"), str(program), "init", "--json"]


def test_it_unpacks_once_into_a_private_folder(program: Path, tmp_path: Path) -> None:
    """The second start uses what the first unpacked for its kind; nobody else can look or write there."""
    cache = tmp_path / "cache"
    started(program, cache)
    (folder,) = unpacked(cache)
    (folder / "tui" / "cli.py").write_text("def main():\n    return 9\n")
    assert started(program, cache).returncode == 9
    assert folder.name.endswith(
        f"-cpython-{sys.version_info.major}{sys.version_info.minor}-{HERE}-linux-gnu"
    )
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_two_first_starts_at_once_agree(program: Path, tmp_path: Path) -> None:
    """Starts that race to unpack all succeed and leave one whole folder."""
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(lambda _: started(program, tmp_path / "cache"), range(4)))
    assert [each.returncode for each in ended] == [7] * 4
    assert len(unpacked(tmp_path / "cache")) == 1


def test_an_interrupted_unpacking_is_begun_anew(program: Path, tmp_path: Path) -> None:
    """A half-unpacked folder of an earlier start is neither used nor in the way."""
    started(program, tmp_path / "cache")
    (folder,) = unpacked(tmp_path / "cache")
    folder.rename(f"{folder}.part")
    (Path(f"{folder}.part") / "tui" / "cli.py").unlink()
    assert started(program, tmp_path / "cache").returncode == 7
    assert unpacked(tmp_path / "cache") == [folder]


def test_a_folder_that_others_can_write_in_is_refused(program: Path, tmp_path: Path) -> None:
    """It runs no code from a folder in which somebody else could have put it."""
    cache = tmp_path / "cache"
    started(program, cache)
    cache.chmod(0o777)
    ended = started(program, cache)
    assert ended.returncode == 1
    assert "others could write there" in ended.stderr
    assert "KUBEBOOT_CACHE" in ended.stderr


def test_a_noexec_folder_is_refused(
    launcher: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is unpacked where compiled modules couldn't be loaded from."""
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_NOEXEC))
    with pytest.raises(PermissionError, match="noexec"):
        launcher.unpack(None, ["program"], str(tmp_path / "cache" / "digest"))
    assert unpacked(tmp_path / "cache") == []


def test_the_same_files_give_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """Packed again from other folders and with another mask, it has the same bytes and checksum."""
    mask = os.umask(0o077)
    try:
        again = packed(tmp_path, lock=wheels(tmp_path))
    finally:
        os.umask(mask)
    other = packed(tmp_path, "other", CLI.replace("7", "8"))
    assert again.read_bytes() == whole.read_bytes() != other.read_bytes()
    checksum = subprocess.run(
        ["sha256sum", "-c", "program.sha256"], cwd=tmp_path, capture_output=True, check=False
    )
    assert checksum.returncode == 0


@pytest.mark.parametrize(("python", "machine"), [*product(PYTHONS, MACHINES)])
def test_each_python_and_machine_gets_its_own_modules(
    whole: Path, python: str, machine: str
) -> None:
    """A kind of Python gets the compiled modules of its version and processor, and no others."""
    kind = f"cpython-{python}-{machine}-linux-gnu"
    held: dict[str, bytes] = {}
    for layer in layers(whole)[kind]:
        held |= files(whole, layer)
    modules = {name: data for name, data in held.items() if name.endswith(".so")}
    assert modules.keys() == {"stable/_it.abi3.so", f"_each.{kind}.so"}
    assert {data[18:20] for data in modules.values()} == {struct.pack("<H", MACHINES[machine])}
    assert {"pure.py", "stable/__init__.py", "each.py"} < held.keys()
    assert held.keys().isdisjoint({"pure.pyi", "bin/x", "pure-1.dist-info/RECORD"})


def test_what_several_need_is_held_once(whole: Path) -> None:
    """No file is in two layers with the same content, whichever wheels it came from."""
    names = sorted({name for needed in layers(whole).values() for name in needed})
    held = [(name, data) for layer in names for name, data in files(whole, layer).items()]
    assert len(layers(whole)) == 8
    assert len(held) == len(set(held)) > 8


def test_a_changed_wheel_is_refused(tmp_path: Path) -> None:
    """Where a wheel's hash isn't the lock's, nothing is made."""
    lock = wheels(tmp_path)
    wheel(tmp_path, "pure", "py3-none-any", {"pure.py": b"something else"})
    with pytest.raises(subprocess.CalledProcessError) as caught:
        packed(tmp_path, lock=lock)
    assert "Hash mismatch" in caught.value.stderr.decode()
    assert not (tmp_path / "program").exists()


def test_a_wheel_without_a_locked_hash_is_refused(tmp_path: Path) -> None:
    """A lock that names no hash for a wheel makes nothing either."""
    wheels(tmp_path)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        packed(tmp_path, lock="pure==1\n")
    assert "--require-hashes" in caught.value.stderr.decode()


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("cpython-311-riscv64-linux-gnu", f"made for riscv64-linux-gnu, and {sys.executable} is "),
        ("cpython-311-x86_64-linux-musl", f"made for x86_64-linux-musl, and {sys.executable} is "),
        (f"cpython-399-{HERE}-linux-gnu", f"needs Python 3.99; {sys.executable} is Python 3."),
    ],
)
def test_a_machine_it_was_not_made_for_is_told_so(
    program: Path, tmp_path: Path, kind: str, sentence: str
) -> None:
    """Another processor or C library, or no fitting Python, ends in one sentence and no folder."""
    other = altered(program, tmp_path / "other", made_for=kind)
    ended = started(other, tmp_path / "cache")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"error: kubeboot-tui {'is ' * ('made' in sentence)}{sentence}")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "cache").exists()


def test_it_goes_on_under_a_fitting_python_beside(program: Path, tmp_path: Path) -> None:
    """An unfit python3 hands over to the first fitting one on the PATH, with all arguments."""
    kinds = [f"cpython-{python}-{HERE}-linux-gnu" for python in ("399", "398", "397")]
    other = altered(program, tmp_path / "other", made_for="\n".join(kinds))
    script(tmp_path / "bin/python3.98", 'echo 98 "$@"')
    script(tmp_path / "bin/python3.97", 'echo 97 "$@"')
    ended = started(other, tmp_path / "cache", "init", "a b", path=str(tmp_path / "bin"))
    assert ended.stdout == f"98 -I {other} init a b\n"


def test_no_python_is_told_so(program: Path, tmp_path: Path) -> None:
    """Without any Python the shell says in one sentence what is missing, and where it looked."""
    ended = subprocess.run(
        [program], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error: kubeboot-tui needs Python 3.11 or newer")
    assert f"PATH ({tmp_path})" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_copy_that_was_cut_off_is_told_so(program: Path, tmp_path: Path) -> None:
    """A file that isn't whole says so, where Python would take it for garbled source text."""
    cut = tmp_path / "cut"
    cut.write_bytes(program.read_bytes()[:-1])
    cut.chmod(0o755)
    ended = subprocess.run([cut], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"error: {cut} is not whole")


@pytest.mark.parametrize("name", ["python3", "python3.14", "python3.11"])
def test_the_shell_finds_a_python(program: Path, tmp_path: Path, name: str) -> None:
    """Where there is no python3, one named by its version does; it is started isolated."""
    script(tmp_path / "bin" / name, 'echo "$@"')
    ended = subprocess.run(
        [program, "init", "a b"],
        env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stdout == f"-I {program} init a b\n"


def test_a_part_of_pythons_library_is_not_enough(
    launcher: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian's python3-minimal gets a sentence that names the missing module and the package."""
    monkeypatch.setitem(sys.modules, "lzma", None)
    with pytest.raises(SystemExit, match=r"lacks lzma\. Install the package python3 "):
        launcher.refuse_part_of_python()


def test_an_old_python_understands_the_launcher() -> None:
    """The launcher is written in the Python 3.6 that it may be started with."""
    ast.parse((CI / "launcher.py").read_text(), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("here", "tried"),
    [
        ("cpython-36m", ["3.14", "3.13", "3.12", "3.11"]),
        ("cpython-315", ["3.14", "3.13", "3.12", "3.11"]),
        ("cpython-313t", ["3.14", "3.13", "3.12", "3.11"]),
        ("cpython-312", ["3.11"]),
    ],
)
def test_pythons_are_tried_once_each(
    launcher: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, here: str, tried: list[str]
) -> None:
    """Newest first, and never a newer one than that which was started by its version."""
    names: list[str] = []

    def start(name: str, words: list[str]) -> None:
        names.append(name)
        raise FileNotFoundError(name)

    monkeypatch.setattr(os, "execvp", start)
    kinds = [f"cpython-{python}-x86_64-linux-gnu" for python in reversed(PYTHONS)]
    with pytest.raises(SystemExit, match=r"needs Python 3\.11, 3\.12, 3\.13 or 3\.14; "):
        launcher.another_python(f"{here}-x86_64-linux-gnu", kinds)
    assert names == [f"python{each}" for each in tried]
