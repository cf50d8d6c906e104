"""Presets: those that come along lead to something that runs, operators' own are found, bad ones told."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases.fixes.packages import source
from phases.model.problem import Problems
from tests.tui.machine import FACTS
from tui import presets, text
from tui.presets import SHIPPED, named, read
from tui.session import Session

HEAD = "title: {en: Ours, zh_CN: 我们的}\ndescription: for all of us\n---\n"
BODY = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: ours\n"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_preset_that_comes_along_can_be_run(name: str) -> None:
    """Laid over a fresh form it leaves no problem; it has words in both languages that fit a dialog."""
    preset = named(name, ())
    assert preset is not None
    assert not preset.fault
    session = Session(FACTS)
    session.lay(preset.fragment, name)
    if preset.asks:
        session.set_field(
            preset.asks, "registry.example/k8s" if "image" in preset.asks else "k8s.example:6443"
        )
    assert session.problems() == ()
    for language in ("en", "zh_CN"):
        assert preset.titles[language]
        assert len(preset.descriptions[language]) < 59


def test_each_is_for_what_it_says() -> None:
    """The settings that make a preset what it is."""
    held = {one.name: dict(one.fragment.values) for one in presets.presets(())}
    assert held["lab"]["nodeRegistration.taints"] == []
    assert held["edge"]["encryptionAlgorithm"] == "ECDSA-P256"
    assert held["air-gapped"]["nodeRegistration.imagePullPolicy"] == "Never"
    assert "nodeRegistration.taints" not in held["production"]
    china = named("mirrors-china", ())
    assert china is not None
    assert china.fragment.options["--package-source"] in source.names()
    assert held["mirrors-china"]["imageRepository"].startswith("registry.aliyuncs.com/")
    ha = named("ha", ())
    assert ha is not None
    assert (ha.asks, ha.fragment.options) == ("controlPlaneEndpoint", {"--upload-certs": "true"})


def test_sources_reach_the_run() -> None:
    """Where packages come from, and who is asked for versions, are told to the engine."""
    china = named("mirrors-china", ())
    assert china is not None
    session = Session(FACTS)
    session.lay(china.fragment, "china")
    request = session.request()
    assert (request.packages, request.version_source) == tuple(china.fragment.options.values())
    assert session.has_options


def test_operators_add_theirs(tmp_path: Path) -> None:
    """A file in a folder is a preset; a later folder, and a name that comes along, are overruled."""
    first, second = tmp_path / "etc", tmp_path / "home"
    for folder in (first, second):
        folder.mkdir()
    (first / "ours.yaml").write_text(HEAD + BODY)
    (second / "ours.yaml").write_text(HEAD + BODY.replace("ours", "mine"))
    (second / "lab.yaml").write_text(HEAD + BODY)
    (second / "notes.txt").write_text("no preset")
    found = {one.name: one for one in presets.presets((first, second, tmp_path / "none"))}
    assert list(found) == [*SHIPPED, "ours"]
    assert found["ours"].fragment.values == {"clusterName": "mine"}
    assert found["lab"].title == "Ours"


def test_a_title_is_said_in_the_language_in_use() -> None:
    """A text in one language stands for all."""
    preset = read("ours", HEAD + BODY, "ours.yaml")
    try:
        text.use("zh_CN")
        assert (preset.title, preset.description) == ("我们的", "for all of us")
    finally:
        text.use("en")
    assert preset.title == "Ours"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("titel: x\n---\n" + BODY, "o.yaml:1:1: titel: is not a known field. Did you mean title?"),
        ("asks: clusterName\n---\n" + BODY, "title: is missing"),
        ("title: x\nasks: nothing\n---\n" + BODY, "nothing: is no field of the form"),
        ("title: x\noptions: {--upload: x}\n---\n" + BODY, "--upload: is no field of the form"),
        (HEAD + BODY + "podSubnet: x\n", "o.yaml:7:1: podSubnet"),
        (HEAD + "x: [", "o.yaml:4:"),
        (HEAD + "apiVersion: v1\nkind: Pod\n", "has no place in a kubeadm configuration"),
        ("", "is missing"),
    ],
)
def test_a_bad_file_is_told_with_its_line(content: str, said: str) -> None:
    """What is wrong with it, and where in the whole file."""
    with pytest.raises(Problems) as found:
        read("o", content, "o.yaml")
    assert said in str(found.value)


def test_a_bad_file_spoils_no_other(tmp_path: Path) -> None:
    """It stands in the list with its fault."""
    (tmp_path / "bad.yaml").write_text("x")
    (tmp_path / "good.yaml").write_text(HEAD + BODY)
    found = {one.name: one for one in presets.presets((tmp_path,))}
    assert "bad.yaml" in found["bad"].fault
    assert not found["good"].fault
