"""What `dist/kubeboot-tui` does first: unpacks the program once for this kind of Python, and runs it.

The file is a zip archive with this module as its `__main__`, the program and what it needs as layers, and a
`digest` of them all; `made-for` has a line for each kind of Python, with the layers that it needs. They are
unpacked into a private folder named by digest and kind, so a later start only puts that folder on the path.
Nothing before `main` has found a fitting Python needs more than Python 3.6.
"""

import os
import sys
from contextlib import suppress
from importlib.machinery import EXTENSION_SUFFIXES

TYPE_CHECKING = False  # as in typing, which costs time to import
if TYPE_CHECKING:
    from zipimport import zipimporter


def main() -> int:
    """Runs the program that this archive holds."""
    archive = globals()["__loader__"]
    lines = archive.get_data("made-for").decode().splitlines()
    made_for = {kind: layers for kind, *layers in map(str.split, lines)}
    kind = this_kind()
    if kind not in made_for:
        refuse_another_system(kind, list(made_for))
        another_python(kind, list(made_for))
    sys.argv[0] = os.path.abspath(sys.argv[0])
    sys.path[0] = unpacked(archive, kind, ["program", *made_for[kind]])
    from tui.cli import main as run

    return run()


def this_kind() -> str:
    """This Python as its compiled modules are named: cpython-311-x86_64-linux-gnu."""
    return EXTENSION_SUFFIXES[0].split(".")[1]


def system(kind: str) -> str:
    """The machine and C library of a kind of Python: x86_64-linux-gnu."""
    return kind.split("-", 2)[-1]


def version(kind: str) -> str:
    """The version in the name of a kind of Python; free-threaded ones are others: 3.13t."""
    digits = kind.split("-")[1]
    return f"{digits[0]}.{digits[1:].rstrip('m')}"


def refuse_another_system(kind: str, kinds: "list[str]") -> None:
    """Ends with a sentence where no Python on this machine could do."""
    systems = sorted({system(each) for each in kinds})
    if system(kind) not in systems:
        sys.exit(
            f"error: kubeboot-tui is made for {listed(systems, 'and')}, and {sys.executable} is of "
            f"{system(kind)}; there, install the wheel with pipx or uv tool instead."
        )


def another_python(kind: str, kinds: "list[str]") -> None:
    """Starts again under a Python that the program was made for, or says that there is none."""
    pythons = [version(each) for each in kinds if system(each) == system(kind)]
    here = version(kind)
    # only ever downwards: whoever is no better than its name isn't started twice
    for wanted in pythons[pythons.index(here) + 1 :] if here in pythons else pythons:
        with suppress(OSError):
            name = f"python{wanted}"
            os.execvp(name, [name, "-I", os.path.abspath(sys.argv[0]), *sys.argv[1:]])  # noqa: S606
    sys.exit(
        f"error: kubeboot-tui needs Python {listed(pythons[::-1], 'or')}; {sys.executable} is Python {here}, and "
        "none of them is on the PATH. Install one, such as the package python3.12 (it stands beside python3), and run "
        "the same command again."
    )


def listed(words: "list[str]", last: str) -> str:
    """Words as a sentence lists them: 1, 2 and 3."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if words[1:] else words[0]


def unpacked(archive: "zipimporter", kind: str, layers: "list[str]") -> str:
    """The folder that holds the program; unpacks it where no earlier start has done so."""
    digest = archive.get_data("digest").decode()
    folders = [os.path.join(base, f"{digest}-{kind}") for base in bases()]
    for folder in folders:
        if os.path.isdir(folder) and is_private(os.path.dirname(folder)):
            return folder
    refuse_part_of_python()
    reasons = []
    for folder in folders:
        try:
            unpack(archive, layers, folder)
        except OSError as error:
            reasons.append(f"{error.filename or folder} ({error.strerror or error})")
        else:
            return folder
    sys.exit(
        "error: kubeboot-tui found no folder to unpack itself into: "
        + ", ".join(reasons)
        + ". Name one with KUBEBOOT_CACHE."
    )


def refuse_part_of_python() -> None:
    """Ends with a sentence where Python's own library isn't whole, as in Debian's python3-minimal."""
    try:
        import asyncio  # noqa: F401
        import lzma  # noqa: F401
        import shutil  # noqa: F401
        import ssl  # noqa: F401
        import tarfile  # noqa: F401
    except ImportError as error:
        sys.exit(
            f"error: kubeboot-tui needs all of Python's own library, and {sys.executable} lacks {error.name}. "
            "Install the package python3 (python3-minimal is a part of it) and run the same command again."
        )


def bases() -> "list[str]":
    """Where to unpack, best first: root's cache never depends on HOME."""
    user = os.geteuid()
    named = os.environ.get("KUBEBOOT_CACHE")
    if named:
        return [os.path.abspath(named)]
    home = os.path.expanduser("~/.cache")
    cache = "/var/cache" if user == 0 else os.environ.get("XDG_CACHE_HOME") or home
    last = os.path.join("/var/tmp", f"kubeboot-tui-{user}")  # noqa: S108  # checked by is_private
    return [os.path.join(cache, "kubeboot-tui"), last]


def is_private(folder: str) -> bool:
    """Whether the folder is ours and nobody else can write in it."""
    entry = os.lstat(folder)
    return entry.st_uid == os.geteuid() and entry.st_mode & 0o170022 == 0o040000


def unpack(archive: "zipimporter", layers: "list[str]", folder: str) -> None:
    """Unpacks beside the folder, then renames; whoever comes second waits and finds it done."""
    import fcntl
    import shutil

    base = os.path.dirname(folder)
    os.makedirs(base, mode=0o700, exist_ok=True)
    if not is_private(base):
        raise PermissionError(1, "others could write there", base)
    if os.statvfs(base).f_flag & os.ST_NOEXEC:
        raise PermissionError(1, "mounted noexec: compiled modules don't load from there", base)
    with open(os.path.join(base, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.isdir(folder):
            return
        part = folder + ".part"
        shutil.rmtree(part, ignore_errors=True)
        try:
            for layer in layers:
                extract(archive.get_data(layer), part)
            os.sync()  # a cut of power must not leave a folder of empty files
            os.rename(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def extract(data: bytes, folder: str) -> None:
    """Unpacks our own archive, every file as it was put in."""
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(data), mode="r:xz") as files:
        files.extraction_filter = lambda member, _: member  # its modes are ours, made by dist
        files.extractall(folder)  # noqa: S202


if __name__ == "__main__":
    sys.exit(main())
