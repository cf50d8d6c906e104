"""The one file to copy to a master: packed, unpacked and started, shown on a small program."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

PACK = Path(__file__).parents[1] / ".ci" / "dist.py"
CLI = '''"""A small program."""
import sys

def main() -> int:
    print(__file__, *sys.argv)
    return 7
'''


def packed(folder: Path, name: str = "program", text: str = CLI) -> Path:
    package = folder / f"site-{name}" / "tui"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "cli.py").write_text(text)
    output = folder / name
    subprocess.run([sys.executable, PACK, package.parent, output], check=True)
    return output


def started(program: Path, cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "KUBEBOOT_CACHE": str(cache)}
    command = [sys.executable, "-I", str(program), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def unpacked(cache: Path) -> list[Path]:
    return [path for path in cache.iterdir() if path.is_dir()]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(tmp_path_factory.mktemp("dist"))


def test_it_runs_the_command_line(program: Path, tmp_path: Path) -> None:
    """The program gets the arguments and the file's full path; its exit code is the file's."""
    ended = started(program, tmp_path / "cache", "init", "--json")
    (folder,) = unpacked(tmp_path / "cache")
    assert ended.returncode == 7
    assert ended.stdout.split() == [str(folder / "tui" / "cli.py"), str(program), "init", "--json"]


def test_it_unpacks_once_into_a_private_folder(program: Path, tmp_path: Path) -> None:
    """The second start uses what the first unpacked, and nobody else can look or write there."""
    cache = tmp_path / "cache"
    started(program, cache)
    (folder,) = unpacked(cache)
    (folder / "tui" / "cli.py").write_text("def main():\n    return 9\n")
    assert started(program, cache).returncode == 9
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


def test_the_same_files_give_the_same_bytes(program: Path, tmp_path: Path) -> None:
    """The same program packed again has the same bytes and checksum; another program has not."""
    again = packed(tmp_path, "program")
    other = packed(tmp_path, "other", CLI.replace("7", "8"))
    assert again.read_bytes() == program.read_bytes() != other.read_bytes()
    checksum = subprocess.run(
        ["sha256sum", "-c", "program.sha256"], cwd=tmp_path, capture_output=True, check=False
    )
    assert checksum.returncode == 0


@pytest.mark.parametrize(
    ("made_for", "sentence"),
    [
        ("riscv64 3.11", "error: this kubeboot-tui was made for riscv64, not "),
        (f"{os.uname().machine} 3.99", "error: kubeboot-tui needs Python 3.99; "),
    ],
)
def test_a_machine_it_was_not_made_for_is_told_so(
    program: Path, tmp_path: Path, made_for: str, sentence: str
) -> None:
    """Another processor, or no fitting Python on the PATH, ends in one sentence and no folder."""
    other = tmp_path / "other"
    with zipfile.ZipFile(program) as made, zipfile.ZipFile(other, "w") as archive:
        for name in made.namelist():
            archive.writestr(name, made_for if name == "made-for" else made.read(name))
    ended = started(other, tmp_path / "cache")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(sentence)
    assert not (tmp_path / "cache").exists()
