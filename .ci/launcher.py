"""The first lines of `dist/kubeboot-tui`: finds Python, unpacks the program once, runs it.

The file is a zip archive with this module as its `__main__`, a `digest` and the program as
`site.tar.xz`. The program is unpacked into a private folder named by the digest, so a later start
only puts that folder on the path. Nothing before `main` needs more than Python 3.6.
"""

import os
import shutil
import sys

TYPE_CHECKING = False  # as in typing, which costs time to import
if TYPE_CHECKING:
    from zipimport import zipimporter

NEWEST, OLDEST = 14, 11


def main() -> int:
    """Runs the program that this archive holds."""
    if sys.version_info < (3, OLDEST):
        another_python()
    sys.argv[0] = os.path.abspath(sys.argv[0])
    sys.path[0] = unpacked(globals()["__loader__"])
    from tui.cli import main as run

    return run()


def another_python() -> None:
    """Starts again under a newer Python of this machine, or says that there is none."""
    for minor in range(NEWEST, OLDEST - 1, -1):
        python = shutil.which(f"python3.{minor}")
        if python:
            os.execv(python, [python, "-I", os.path.abspath(sys.argv[0]), *sys.argv[1:]])  # noqa: S606
    sys.exit(
        f"error: kubeboot-tui needs Python 3.{OLDEST} or newer; {sys.executable} is Python "
        f"{sys.version_info[0]}.{sys.version_info[1]}. "
        f"Install the package python3.{OLDEST} and run the same command again."
    )


def unpacked(archive: "zipimporter") -> str:
    """The folder that holds the program; unpacks it where no earlier start has done so."""
    digest = archive.get_data("digest").decode()
    folders = [os.path.join(base, digest) for base in bases()]
    for folder in folders:
        if os.path.isdir(folder) and is_private(os.path.dirname(folder)):
            return folder
    reasons = []
    for folder in folders:
        try:
            unpack(archive, folder)
        except OSError as error:
            reasons.append(f"{error.filename or folder} ({error.strerror or error})")
        else:
            return folder
    sys.exit(
        "error: kubeboot-tui found no folder to unpack itself into: "
        + ", ".join(reasons)
        + ". Name one with KUBEBOOT_CACHE."
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


def unpack(archive: "zipimporter", folder: str) -> None:
    """Unpacks beside the folder, then renames; whoever comes second waits and finds it done."""
    import fcntl

    base = os.path.dirname(folder)
    os.makedirs(base, mode=0o700, exist_ok=True)
    if not is_private(base):
        raise PermissionError(1, "others could write there", base)
    with open(os.path.join(base, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.isdir(folder):
            return
        part = folder + ".part"
        shutil.rmtree(part, ignore_errors=True)
        extract(archive.get_data("site.tar.xz"), part)
        os.sync()  # a cut of power must not leave a folder of empty files
        os.rename(part, folder)


def extract(data: bytes, folder: str) -> None:
    """Unpacks our own archive, every file as it was put in."""
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(data), mode="r:xz") as files:
        files.extraction_filter = lambda member, _: member  # its modes are ours, made by dist
        files.extractall(folder)  # noqa: S202


if __name__ == "__main__":
    sys.exit(main())
