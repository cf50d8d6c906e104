"""The first lines of `dist/kubeboot-tui`: finds Python, unpacks the program once, runs it.

The file is a zip archive with this module as its `__main__`, a `digest`, what it was `made-for`, and
the program as `site.tar.xz`. The program is unpacked into a private folder named by the digest, so a later start
only puts that folder on the path. Nothing before `main` needs more than Python 3.6.
"""

import os
import shutil
import sys

TYPE_CHECKING = False  # as in typing, which costs time to import
if TYPE_CHECKING:
    from zipimport import zipimporter


def main() -> int:
    """Runs the program that this archive holds."""
    archive = globals()["__loader__"]
    machine, *pythons = archive.get_data("made-for").decode().split()
    if os.uname().machine != machine:
        sys.exit(f"error: this kubeboot-tui was made for {machine}, not {os.uname().machine}.")
    if "{}.{}".format(*sys.version_info) not in pythons:
        another_python(pythons)
    sys.argv[0] = os.path.abspath(sys.argv[0])
    sys.path[0] = unpacked(archive)
    from tui.cli import main as run

    return run()


def another_python(pythons: "list[str]") -> None:
    """Starts again under a Python that the program was made for, or says that there is none."""
    for wanted in pythons:
        python = shutil.which(f"python{wanted}")
        if python:
            os.execv(python, [python, "-I", os.path.abspath(sys.argv[0]), *sys.argv[1:]])  # noqa: S606
    here = "{}.{}".format(*sys.version_info)
    sys.exit(
        f"error: kubeboot-tui needs Python {' or '.join(pythons)}; {sys.executable} is Python {here}. "
        f"Install the package python{pythons[0]} and run the same command again."
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
