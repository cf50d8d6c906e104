"""The verb `join`: a configuration read, checked and shown, and the command that joins today."""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tui import cli, text

TOKEN = "q1w2e3.r4t5y6u7i8o9p0a1"
NEW = f"""apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery:
  bootstrapToken:
    token: {TOKEN}
    apiServerEndpoint: 10.0.0.1:6443
    unsafeSkipCAVerification: true
"""
OLD = f"""apiVersion: kubeadm.k8s.io/v1alpha1
kind: NodeConfiguration
token: {TOKEN}
discoveryTokenAPIServers: ["10.0.0.1:6443"]
discoveryTokenUnsafeSkipCAVerification: true
"""


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Everything in English, in a folder of its own."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    text.use("en")


def joined(content: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    Path("my join.yaml").write_text(content)
    code = cli.main(["join", "--config", "my join.yaml"])
    return code, *capsys.readouterr()


def test_a_sound_file_is_shown_with_the_command_that_joins(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every value with where it is from, the token hidden; it says plainly that it can't join yet."""
    code, out, err = joined(NEW, capsys)
    assert code == 2
    shown = [" ".join(line.split()) for line in out.splitlines()]
    assert "apiServerEndpoint: 10.0.0.1:6443 # line 6" in shown
    assert "token: ***" in out
    assert TOKEN not in out + err
    assert err == (
        "error: this program can't join a node yet. "
        "The file is sound; join with `kubeadm join --config 'my join.yaml'`\n"
    )


def test_an_old_file_has_to_be_migrated_first(capsys: pytest.CaptureFixture[str]) -> None:
    """kubeadm of today doesn't read it, so both commands are named."""
    code, out, err = joined(OLD, capsys)
    assert code == 2
    assert "# line 4, discoveryTokenAPIServers[0]" in out
    assert "config migrate --old-config 'my join.yaml' --new-config join.yaml`" in err
    assert err.endswith("then join with `kubeadm join --config join.yaml`\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (NEW.replace(TOKEN, "abcdef.0123456789abcdef"), "my join.yaml:5:12: discovery.bootstrapToken.token: is the token of the documentation"),
        (OLD.replace(TOKEN, "00bwbx.uvnaa2ewjflwu1ry"), "my join.yaml:3:8: token: is the token of the documentation"),
        (NEW.replace("Join", "Init").split("discovery")[0], "holds only InitConfiguration where kubeadm join could start from"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_and_not_shown(
    content: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With places in the file's own words, as for init."""
    code, out, err = joined(content, capsys)
    assert code == 2
    assert out == ""
    assert said in err


def test_without_a_file_it_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """The flags of kubeadm join come with the native join."""
    assert cli.main(["join"]) == 2
    assert "join needs --config. Name a file with a JoinConfiguration" in capsys.readouterr().err
