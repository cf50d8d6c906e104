"""Parts of a configuration laid over what was typed: what changes, what stays, what goes again."""

from __future__ import annotations

from typing import Any

from tests.tui.machine import FACTS
from tui.change_words import told
from tui.fields.documents import parse
from tui.fragment import Change, Fragment, of_documents
from tui.session import Session

PODS, NAME = "networking.podSubnet", "clusterName"


def fragment(options: dict[str, str] | None = None, **values: Any) -> Fragment:
    return Fragment(
        {path.replace("__", "."): value for path, value in values.items()}, options or {}
    )


def effects(session: Session, laid: Fragment) -> dict[str, str]:
    return {change.path: change.effect for change in session.changes(laid)}


def test_documents_give_their_values_by_path() -> None:
    """Fields by their path, lists and tables whole, a component's under its own name."""
    text = (
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
        "networking: {podSubnet: 10.1.0.0/16}\nfeatureGates: {A.b: true}\n---\n"
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
        "evictionHard: {memory.available: 1Mi}\n"
    )
    assert dict(of_documents(parse(text, "k")[0]).values) == {
        PODS: "10.1.0.0/16",
        "featureGates": {"A.b": True},
        "KubeletConfiguration.evictionHard": {"memory.available": "1Mi"},
    }


def test_what_was_typed_stays() -> None:
    """Before anything is laid it is told which values differ; they stay unless they are to go, too."""
    session = Session(FACTS)
    session.set_field(PODS, "10.9.0.0/16")
    given = fragment(
        {"--upload-certs": "true"}, networking__podSubnet="10.1.0.0/16", clusterName="a"
    )
    assert effects(session, given) == {PODS: "typed", NAME: "set", "--upload-certs": "set"}
    session.lay(given, "preset a")
    assert (session.value(PODS), session.value(NAME)) == ("10.9.0.0/16", "a")
    assert session.request().upload_certs
    session.lay(given, "preset a", over_typed=True)
    assert session.value(PODS) == "10.1.0.0/16"


def test_one_undo_takes_it_all_back() -> None:
    """Laying is one edit, not joined with what was typed before or after."""
    session = Session(FACTS)
    session.set_field(NAME, "typed")
    session.lay(fragment(networking__podSubnet="10.1.0.0/16", imageRepository="r"), "preset a")
    assert session.undo() == "preset a"
    assert (session.value(NAME), session.value(PODS), session.value("imageRepository")) == (
        "typed",
        "",
        "",
    )


def test_another_one_takes_the_place_of_the_first() -> None:
    """What only the first had set goes, unless somebody has changed it since."""
    session = Session(FACTS)
    session.lay(
        fragment(clusterName="a", imageRepository="r", networking__podSubnet="10.1.0.0/16"), "a"
    )
    session.set_field("imageRepository", "mine")
    second = fragment(networking__podSubnet="10.2.0.0/16")
    assert effects(session, second) == {PODS: "set", NAME: "gone"}
    session.lay(second, "b")
    assert (session.value(NAME), session.value("imageRepository")) == ("", "mine")
    assert session.value(PODS) == "10.2.0.0/16"


def test_what_no_field_holds_is_laid_too() -> None:
    """A path that only the YAML can say goes into the documents."""
    session = Session(FACTS)
    session.lay(fragment(KubeletConfiguration__shutdownGracePeriod="30s"), "a")
    assert "shutdownGracePeriod: 30s" in session.yaml()


def test_nothing_is_lost_while_the_text_is_broken() -> None:
    """What is laid then stands in the text once it can be read."""
    session = Session(FACTS)
    whole = session.yaml()
    session.set_yaml(whole + "x: [\n")
    session.lay(fragment(networking__podSubnet="10.1.0.0/16"), "a")
    assert session.is_broken
    session.set_yaml(whole + "clusterName: y\n")
    assert (session.value(PODS), session.value(NAME)) == ("10.1.0.0/16", "y")


def test_changes_are_told_in_words_without_secrets() -> None:
    """The field's own name, both values where they differ, of a token its id alone."""
    assert told(Change(PODS, "typed", "a", "b")) == ("Pod range", "b; yours stays: a")
    assert told(Change("nodeRegistration.taints", "set", None, [])) == ("Taints", "none")
    tokens = [{"token": "abcdef.0123456789abcdef", "ttl": "1h0m0s"}]
    _label, words = told(Change("bootstrapTokens", "set", None, tokens))
    assert words.startswith("abcdef.••••")
    assert "0123" not in words
    key = told(Change("certificateKey", "set", None, "00ff" * 16))[1]
    assert "00ff" not in key
