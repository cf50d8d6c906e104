"""What a version label means, asked of a folder or an address on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from phases.model.problem import Problems
from phases.model.versions import resolve_version
from phases.system.version_source import labels


class Publisher(BaseHTTPRequestHandler):
    """Knows stable-1.36; everything else isn't there."""

    def do_GET(self) -> None:
        known = self.path == "/release/stable-1.36.txt"
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(b"v1.36.4\n" if known else b"")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/release"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_is_asked(address: str) -> None:
    """The answer is the label's version, which then counts as if it had been written."""
    found = labels(address, "stable-1.36")
    assert found == {"stable-1.36": "v1.36.4"}
    assert str(resolve_version("stable-1.36", found).version) == "v1.36.4"
    notice = resolve_version("stable-1.36", found).notice
    assert notice
    assert notice.message == "stable-1.36 is v1.36.4, as the version source says"


def test_a_folder_is_read(tmp_path: Path) -> None:
    """A mirror on disk serves an air-gapped place; no version at all means stable-1."""
    (tmp_path / "stable-1.txt").write_text("v1.37.1\n")
    assert labels(str(tmp_path), "") == {"stable-1": "v1.37.1"}
    assert str(resolve_version("", labels(str(tmp_path), "")).version) == "v1.37.1"


@pytest.mark.parametrize("text", ["v1.36.1", "1.36.1", "stable-1.11", "nonsense", "ci/latest"])
def test_only_labels_of_our_releases_are_asked_about(text: str) -> None:
    """An exact version needs nobody; what can't be used anyway isn't worth a question."""
    assert labels("/nowhere", text) == {}


def test_without_a_source_nobody_is_asked() -> None:
    """Then the table of releases tells what a label means."""
    assert labels("", "stable-1.36") == {}


@pytest.mark.parametrize("content", [None, "no version\n", ""])
def test_a_source_that_can_not_tell_is_refused(tmp_path: Path, content: str | None) -> None:
    """With the reason and the nearest choices, and nothing else is taken instead."""
    if content is not None:
        (tmp_path / "stable-1.36.txt").write_text(content)
    with pytest.raises(Problems) as raised:
        labels(str(tmp_path), "stable-1.36")
    told = str(raised.value)
    assert told.startswith("kubernetesVersion: stable-1.36 can't be looked up: ")
    assert told.endswith("Use v1.36.6, v1.37.2 or v1.35.10.")


def test_an_address_that_says_no_is_refused_at_once(address: str) -> None:
    """A missing label and a closed port end at once."""
    for source, why in ((address, "the server answered 404"), ("http://127.0.0.1:9", "no answer")):
        with pytest.raises(Problems, match=why):
            labels(source, "stable-1.37")
