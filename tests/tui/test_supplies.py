"""Archives of images and the login of a registry, by flags and by the form."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from phases.engine.errors import ConfigurationError
from phases.model.images import control_plane_images
from phases.model.mirrors import mirrors
from phases.model.problem import Problem
from phases.model.registry_login import read
from tests.system.archives import LAYER, packed, saved
from tests.tui.machine import FACTS
from tests.tui.program import Place
from tui import sections, supplies
from tui.fields.extras import ARCHIVES, LOGIN_FILE, PASSWORD, USERNAME
from tui.flags import IMAGE_MIRROR
from tui.session import Session

SECRET = "hunter2-hunter2"
PACKED = base64.b64encode(f"anna:{SECRET}".encode()).decode()
CONFIG = json.dumps({"auths": {"mine.example": {"auth": PACKED}}})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def needed(session: Session) -> list[str]:
    return [str(one) for one in control_plane_images(session.verdict.configuration)]


def archive(folder: Path, names: list[str]) -> str:
    return packed(folder / "images.tar", saved((names, LAYER)))


def test_a_rehearsal_with_archive_login_and_mirror(place: Place) -> None:
    """The archive's names are read, what lacks is told, and the login is kept nowhere."""
    (place.folder / "login.json").write_text(CONFIG)
    name = "registry.aliyuncs.com/google_containers/pause:3.10.2"
    ended = place.rehearse(
        *("--json", "--only", "images", "--image-mirror", "aliyun"),
        *("--image-archive", archive(place.folder, [name])),
        *("--registry-auth", str(place.folder / "login.json")),
    )
    assert ended.code == 0, ended.err
    reports = {one["item"]: one["data"]["state"] for one in ended.of("Report")}
    assert reports[name] == "imported"
    assert {one for one in reports if not one.startswith("/")}
    assert all(
        one.startswith("registry.aliyuncs.com/google_containers/")
        for one in reports
        if one[0] != "/"
    )
    assert any("not in the image archives" in one["text"] for one in ended.of("Warned"))
    (kept,) = place.state.glob("runs/*/request.json")
    assert json.loads(kept.read_text())["image_archives"]
    for path in place.rehearsal.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert SECRET.encode() not in content, path
            assert PACKED.encode() not in content, path


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--image-archive", "/none.tar"), "the image archive /none.tar can't be read"),
        (("--registry-auth", "/none.json"), "/none.json can't be read"),
        (("--image-mirror", "nowhere"), "no mirror is called nowhere"),
        (("--image-mirror", ""), "it needs a value"),
    ],
)
def test_flags_that_cannot_be_used(place: Place, flags: tuple[str, ...], words: str) -> None:
    """A sentence and exit code 2, before anything is made."""
    ended = place.rehearse(*flags)
    assert (ended.code, words in ended.err) == (2, True)
    assert not place.state.exists()


def test_the_flag_names_every_mirror() -> None:
    """So does the form."""
    assert IMAGE_MIRROR.help.endswith(", ".join(mirrors()))
    assert [one.name for one in sections.MIRRORS] == list(mirrors())


def test_a_login_that_cannot_be_read_is_not_quoted(place: Place) -> None:
    """Whatever stands in the file, none of it is printed."""
    (place.folder / "login.json").write_text(
        f'{{"auths": {{"mine.example": {{"auth": "{SECRET}!"}}}}}}'
    )
    ended = place.rehearse("--registry-auth", str(place.folder / "login.json"))
    assert ended.code == 2
    assert "config.json" in ended.err
    assert SECRET not in ended.err + ended.out


def test_images_alone_as_an_engine_of_its_own(place: Place) -> None:
    """The workflow images: one phase, kept beside the runs, with nothing to resume."""
    asked = {"mode": "rehearsal", "workflow": "images", "folder": str(place.rehearsal)}
    ended = place.run("engine", stdin=json.dumps(asked) + "\n")
    journal = Path(json.loads(ended.out)["journal"])
    events = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [one["name"] for one in events[0]["phases"]] == ["images"]
    assert events[-1]["outcome"] == "done"
    assert (journal.parents[1].name, place.journals()) == ("runs", [])
    assert journal.parents[2] == place.state / "images"
    assert not list(place.state.rglob("request.json"))


def test_paths_are_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From wherever the program was started."""
    path = archive(tmp_path, ["a.example/b:1"])
    monkeypatch.chdir(tmp_path)
    assert supplies.image_archives(["images.tar"]) == (path,)
    with pytest.raises(ConfigurationError, match="can't be read"):
        supplies.image_archives([str(tmp_path)])


def test_a_login_typed_in_the_form() -> None:
    """It is for the registries of all repositories, is part of the request and of no YAML."""
    session = Session(FACTS)
    session.set_field("imageRepository", "mine.example:5000/k8s")
    session.set_field("dns.imageRepository", "other.example/coredns")
    session.set_field(USERNAME, "anna")
    assert [one.path for one in session.faults()] == [PASSWORD]
    session.set_field(PASSWORD, SECRET)
    assert not session.faults()
    logins = read(session.request().registry_auth)
    found = [
        logins.of(f"{host}/k8s/pause:1")
        for host in ("mine.example:5000", "other.example", "x.example")
    ]
    assert [one.password.reveal() if one else "" for one in found] == [SECRET, SECRET, ""]
    assert SECRET not in session.yaml()
    assert SECRET not in repr(session.request())


def test_a_password_without_a_name() -> None:
    """It is told in the other field."""
    session = Session(FACTS)
    session.set_field(PASSWORD, SECRET)
    assert [one.path for one in session.faults()] == [USERNAME]
    assert not session.request().registry_auth


def test_a_login_file_named_in_the_form(tmp_path: Path) -> None:
    """It is read when it is named, and again when it has changed; a name beside it is refused."""
    path = tmp_path / "login.json"
    session = Session(FACTS)
    session.set_field(LOGIN_FILE, str(path))
    assert [one.path for one in session.faults()] == [LOGIN_FILE]
    path.write_text(CONFIG)
    assert not session.faults()
    assert read(session.request().registry_auth).of("mine.example/pause:1")
    path.write_text("[]" * 40)
    assert [one.path for one in session.faults()] == [LOGIN_FILE]
    path.write_text(CONFIG)
    session.set_field(USERNAME, "anna")
    session.set_field(PASSWORD, SECRET)
    assert [one.message for one in session.faults()] == ["a name and a password are given as well"]


def on_archives(session: Session) -> list[Problem]:
    return [one for one in session.warnings() if one.path == ARCHIVES]


def test_archives_named_in_the_form(tmp_path: Path) -> None:
    """What they lack is a warning, once they were read; one that can't be used is a problem."""
    session = Session(FACTS)
    path = archive(tmp_path, needed(session)[1:])
    session.set_field(ARCHIVES, f"{path}\n\n  ")
    assert not on_archives(session)
    session.take_archive(supplies.read_archive(path))
    (warned,) = on_archives(session)
    assert (warned.path, needed(session)[0] in warned.message) == (ARCHIVES, True)
    assert session.request().image_archives == (path,)
    other = packed(tmp_path / "other.tar", {"a": b"b"})
    session.set_field(ARCHIVES, f"{path}\n{other}")
    session.take_archive(supplies.read_archive(other))
    assert [one.path for one in session.faults()] == [ARCHIVES]
    assert not on_archives(session)
