"""Languages: every message is in every catalogue, places and all, and sentences of the engine are found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tests.tui.stage import RECORDINGS
from tui import text
from tui.engine_messages import MESSAGES
from tui.locale.__main__ import catalogues, compiled, drawn, messages, read, updated, written
from tui.text import clean, said, templates

PHASES = Path(__file__).parents[2] / "phases"
FRONT = PHASES.parent / "tui"
DYNAMIC = (
    "X X failed",
    "X: X",
    "`X`: X",
    "holds X where kubeadm X could start from",
    "holds X that could be migrated",
)
"""Sentences that are put together of others, or of what a program said."""

LOOSE = ("{name} is {value}", "{name} in {path}", "{name} has {fields}")
"""Messages that nearly any sentence could have been made from."""

PLACE = re.compile(r"\{(\w+)\}")
CATALOGUES = list(catalogues().items())
SENTENCES = ("what", "why", "remedy", "found", "needed")
RAISERS = {
    "ConfigurationError",
    "PreflightRefused",
    "PhaseError",
    "RunInProgress",
    "ForeignState",
    "Finding",
    "error",
    "warning",
    "warn",
    "no_master",
}


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    text.use("en")


def wanted() -> dict[str, str]:
    return dict(messages())


@pytest.mark.parametrize(("language", "path"), CATALOGUES, ids=catalogues())
def test_every_message_is_translated(language: str, path: Path) -> None:
    """No message of the sources is missing; `python -m tui.locale` adds new ones to be translated."""
    catalog = read(path)
    missing = {m: place for m, place in wanted().items() if not translated(catalog, m)}
    assert not missing, f"{language} lacks: {missing}"


def test_messages_are_found_wherever_they_stand() -> None:
    """Inside f-strings, in either branch of a condition, in a key's description, and in the tables."""
    source = (
        """f"a {_('inside')}"; _("one" if x else "other", n=_(title)); Binding("x", "y", "a key")"""
    )
    assert sorted(drawn(source)) == ["a key", "inside", "one", "other"]
    assert wanted().keys() >= {"Pod range", "Days that old audit logs are kept"}


def translated(catalog: Catalog, message: str) -> str:
    found = catalog.get(message)
    return str(found.string) if found and found.string else ""


@pytest.mark.parametrize(("language", "path"), CATALOGUES, ids=catalogues())
def test_places_are_the_same(language: str, path: Path) -> None:
    """A translation has exactly the places of its message, so filling them in can't fail."""
    for message in read(path):
        if message.id and message.string:
            assert set(PLACE.findall(str(message.id))) == set(PLACE.findall(str(message.string)))


@pytest.mark.parametrize(("language", "path"), CATALOGUES, ids=catalogues())
def test_the_compiled_catalogue_is_up_to_date(language: str, path: Path) -> None:
    """The .mo beside a .po was made from it: run `python -m tui.locale`."""
    assert path.with_suffix(".mo").read_bytes() == compiled(read(path))


@pytest.mark.parametrize(("language", "path"), CATALOGUES, ids=catalogues())
def test_no_gone_message_is_kept(language: str, path: Path) -> None:
    """What the sources no longer say isn't in the catalogue."""
    known = {message for message, _place in messages()}
    assert not {str(m.id) for m in read(path) if m.id} - known
    assert written(updated(path)).count(b"#~") == 0


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        ("Certificates", "证书"),
        ("net.ipv4.ip_forward is 0", "net.ipv4.ip_forward 的值为 0"),
        (
            "[Port-10250] port 10250 is in use by python3 (pid 7); needed: free for kubelet. "
            "Stop python3 or have it listen elsewhere",
            "[Port-10250] 端口 10250 被 python3 (pid 7) 占用；要求：空出来给 kubelet 使用。"
            "请停止 python3，或让它监听别的端口",
        ),
        ("kube-apiserver: exited with code 1 (Error), 2 restarts",
         "kube-apiserver：已退出，退出码 1（Error），重启 2 次"),
        ("kube-apiserver didn't become healthy", "kube-apiserver 未变为健康"),
        ("Error: nobody translates this", "Error: nobody translates this"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sentence_of_the_engine_is_found(sentence: str, chinese: str) -> None:
    """A finished sentence leads back to its message; sentences inside it are translated too."""
    text.use("zh_CN")
    assert said(sentence) == chinese


def test_english_is_left_as_it_is() -> None:
    """In English nothing is looked up."""
    assert said("net.ipv4.ip_forward is 0") == "net.ipv4.ip_forward is 0"


def test_values_may_hold_anything() -> None:
    """Braces and percent signs in a value are no places."""
    text.use("zh_CN")
    assert said("{x} is missing") == "缺少 {x}"


def test_sentences_end_as_the_language_has_it() -> None:
    """A Chinese one with its own full stop and no blank; one that has an end keeps it."""
    assert text.sentences("it is empty", "Did you mean x?") == "it is empty. Did you mean x?"
    text.use("zh_CN")
    assert text.sentences("为空", "请删除") == "为空。请删除。"


def test_a_line_of_a_log_is_no_sentence() -> None:
    """What a program wrote stays as it is, also where a short message would fit the words."""
    text.use("zh_CN")
    for line in ('{"msg":"cluster version is new"}', "the disk is full", "a peer has no leader"):
        assert said(line) == line


def test_all_the_recorded_failures_speak_chinese() -> None:
    """Whatever failed in a recording, what, remedy and each open check come out in Chinese."""
    import json

    text.use("zh_CN")
    for recording in RECORDINGS.glob("*.jsonl"):
        for line in recording.read_text().splitlines():
            event = json.loads(line)
            if event["event"] == "PhaseFailed":
                assert not said(event["failure"]["what"]).isascii()
                assert not said(event["failure"]["remedy"]).isascii()
            if event["event"] == "Report" and event["topic"] == "check":
                for key in ("found", "remedy"):
                    value = event["data"][key]
                    assert not value or not text.said_each(value).isascii(), value


def sentences() -> Iterator[tuple[str, str]]:
    """What is raised or warned of anywhere, with an X for what is filled in, and where."""
    paths = [*PHASES.rglob("*.py"), *FRONT.rglob("*.py")]
    for path in sorted(paths):
        tree = ast.parse(path.read_text())
        texts = named_texts(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and named(node.func) in RAISERS:
                given = [*node.args, *(k.value for k in node.keywords if k.arg in SENTENCES)]
                for sentence in (s for value in given for s in possible(value, texts)):
                    if " " in sentence.strip():
                        yield sentence, path.name


def named_texts(tree: ast.AST) -> dict[str, list[str]]:
    """What may be in the names that texts are given to, anywhere in a file."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).extend(possible(node.value, {}))
    return found


def possible(node: ast.expr, texts: dict[str, list[str]]) -> list[str]:
    """The sentences that an expression can be: either side of a choice, all of a name."""
    if isinstance(node, ast.IfExp):
        return [*possible(node.body, texts), *possible(node.orelse, texts)]
    if isinstance(node, ast.Name):
        return texts.get(node.id, [])
    return list(filter(None, [filled(node)]))


def named(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def filled(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            filled(part) if isinstance(part, ast.Constant) else "X" for part in node.values
        )
    return ""


def test_what_can_be_raised_is_known() -> None:
    """Each sentence that a run or a command can end with has its message in `engine_messages`."""
    unknown = {
        sentence: place
        for sentence, place in sentences()
        if sentence not in (*MESSAGES, *DYNAMIC)
        and not any(pattern.fullmatch(sentence) for pattern, _message in templates())
    }
    assert not unknown


def model_sentences() -> Iterator[tuple[str, str]]:
    """What the model and the reader of manifests say is wrong, with an X for what they fill in."""
    paths = [*(PHASES / "model").rglob("*.py"), PHASES / "render" / "manifest.py"]
    for path in sorted(paths):
        for node in ast.walk(ast.parse(path.read_text())):
            for sentence in filter(None, map(filled, noted(node))):
                if " " in sentence.strip() and sentence not in DYNAMIC:
                    yield sentence, path.name


def noted(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and named(node.func) in (
        "Problem",
        "note",
        "refusal",
        "Lost",
        "Line",
    ):
        return [*node.args, *(k.value for k in node.keywords)]
    if isinstance(node, ast.Assign):
        names = (target.id for target in node.targets if isinstance(target, ast.Name))
        return [node.value] if {"message", "remedy", "advice", "note"} & set(names) else []
    return []


def test_what_the_model_says_is_known() -> None:
    """Each fault of a configuration has a message of its own, not one that happens to fit any words."""
    unknown = {
        sentence: place
        for sentence, place in model_sentences()
        if sentence not in (*MESSAGES, *DYNAMIC) and found(sentence) in ("", *LOOSE)
    }
    assert not unknown


def found(sentence: str) -> str:
    return next((message for pattern, message in templates() if pattern.fullmatch(sentence)), "")


def test_messages_of_the_engine_stand_once() -> None:
    """No message is listed twice."""
    assert len(MESSAGES) == len(set(MESSAGES))


def test_what_steers_a_terminal_is_taken_out() -> None:
    """Escape, other control characters and marks that turn text around can't be drawn."""
    assert clean("a\x1b[31mb\x00c\u202ed\x9be") == "a?[31mb?c?d?e"
    assert clean("one\ntwo\tthree") == "one\ntwo three"


def test_several_sentences_in_one_line() -> None:
    """What a check reports of several findings is translated sentence by sentence."""
    text.use("zh_CN")
    told = text.said_each("net.ipv4.ip_forward is 0; /etc/containerd/config.toml is of version 1")
    assert told == "net.ipv4.ip_forward 的值为 0; /etc/containerd/config.toml 的版本是 1"
    assert text.said_each("") == ""
