"""--plain without a terminal: scripted answers, what is asked, what is told, what would be started."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len

from phases.engine import asked
from phases.engine import events as e
from phases.engine.errors import ConfigurationError, PreflightRefused
from phases.engine.journal import Reader
from phases.engine.request import Request
from phases.engine.state import PhaseState, RunState, fold
from phases.model import load
from phases.model.problem import Problem
from tests.tui.damaged import DOUBTFUL, LOST, TWOFOLD
from tests.tui.machine import FACTS
from tests.tui.stage import RECORDINGS
from tui import plain as conversation
from tui import sections, text
from tui.closing import closing
from tui.fields.extras import PASSWORD, USERNAME
from tui.headless import lines
from tui.machine import Look
from tui.plain import ahead, asking, converse, questions, talk
from tui.plain.ahead import decide, foreseen_lines
from tui.plain.questions import ASKED, Answers
from tui.plain.talk import WIDTH, Talk, answer, folded, yes
from tui.preview import Foreseen
from tui.session import Session

MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
PRESET = "A preset to start from (lab, production, ha, edge, mirrors, mirrors-china, air-gapped)"
REVIEW = "Start? yes, list what is done, change answers, or no"


@dataclass
class Person:
    """Answers by the beginning of the question, then with nothing; an Exception is raised."""

    script: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def talk(self) -> Talk:
        return Talk(self._answer, self.told.append)

    def _answer(self, prompt: str) -> str:
        self.asked.append(prompt)
        for start, answers in self.script.items():
            if prompt.startswith(start) and answers:
                return answers.pop(0) + "\n"
        return "\n"

    @property
    def text(self) -> str:
        return "\n".join(self.told)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """No preview, no engine: the requests that would have been started."""
    found: list[Request] = []

    def run(request: Request) -> int:
        found.append(request)
        return 0

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(conversation, "Session", lambda: Session(FACTS))
    monkeypatch.setattr(conversation, "foresee", lambda *_: Foreseen(ended=True))
    monkeypatch.setattr(conversation, "mend", lambda *_: None)
    monkeypatch.setattr(conversation, "run_once", run)
    return found


def test_nothing_but_enter_is_a_no(started: list[Request]) -> None:
    """Every field is asked once, with its default; the last answer is the safe one."""
    person = Person()
    with pytest.raises(conversation.Left):
        converse(person.talk, Look("fresh"))
    labels = [one.partition(" [")[0].rstrip(": ") for one in person.asked]
    assert labels[0] == "A kubeadm.yaml to start from"
    assert labels[1:3] == [PRESET, "Cluster name"]
    assert labels[-3:] == ["More settings? The number of a section", "Network plugin", REVIEW]
    assert len(labels) == len(ASKED) + 5
    assert "Node name [master]: " in person.asked
    assert started == []


def test_yes_starts_what_was_answered(started: list[Request], tmp_path: Path) -> None:
    """Answers become the configuration; what is no part of it stands beside it."""
    (tmp_path / "cni.yaml").write_text(MANIFEST)
    person = Person(
        {
            "Cluster name": ["prod"],
            "Endpoint": ["cp.example"],
            "Pod range": ["10.244.0.0/16"],
            "Upload": ["y"],
            "Network plugin": [str(tmp_path / "cni.yaml")],
            REVIEW: ["yes"],
        }
    )
    assert converse(person.talk, Look("fresh")) == 0
    (request,) = started
    assert "clusterName: prod" in (request.config or "")
    assert "podSubnet: 10.244.0.0/16" in (request.config or "")
    assert (request.upload_certs, request.network_manifest) == (True, MANIFEST)
    assert request.network_source == str(tmp_path / "cni.yaml")
    assert "  1 ConfigMap" in person.told
    assert "  Cluster name: prod" in person.told


def test_a_preset_fills_in_its_values(started: list[Request]) -> None:
    """Its name is enough; a name that is none is asked again, and a file makes the question needless."""
    person = Person({"A preset": ["labb", "lab"], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"))
    assert "failSwapOn: false" in (started[0].config or "")
    assert sum(one.startswith("A preset") for one in person.asked) == 2


def test_a_preset_tells_what_it_sets(started: list[Request]) -> None:
    """Before the questions, which can still change it; named on the command line it isn't asked for."""
    person = Person({"Pod range": ["10.9.0.0/16"], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"), preset="lab")
    assert "  + Taints: none" in person.told
    assert not any(one.startswith("A preset") for one in person.asked)
    assert "podSubnet: 10.9.0.0/16" in (started[0].config or "")


@pytest.mark.parametrize(("word", "taken"), [("y", True), ("", False)])
def test_a_damaged_file_is_repaired_on_consent(
    started: list[Request], tmp_path: Path, word: str, taken: bool
) -> None:
    """What was meant is shown line by line, changed ones with a sign; no answer is a no."""
    (tmp_path / "k.yaml").write_text(LOST)
    person = Person({"A kubeadm": [str(tmp_path / "k.yaml")], "Take the": [word], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"))
    assert "    5 ~   podSubnet: 10.7.0.0/16" in person.told
    assert ("podSubnet: 10.7.0.0/16" in (started[0].config or "")) == taken


def test_a_reading_is_chosen_by_its_number(started: list[Request], tmp_path: Path) -> None:
    """Where a file can be read in two ways."""
    (tmp_path / "k.yaml").write_text(TWOFOLD)
    person = Person({"A kubeadm": [str(tmp_path / "k.yaml")], "Which": ["2"], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"))
    config = load.load(started[0].config or "", name="k")
    assert config.cluster.image_repository == "registry.k8s.io"
    assert config.cluster.etcd.local.image_repository == ""  # type: ignore[union-attr]


def test_a_file_that_cannot_be_told_is_refused_by_line(
    started: list[Request], tmp_path: Path
) -> None:
    """The questions go on without it."""
    (tmp_path / "k.yaml").write_text(DOUBTFUL)
    person = Person({"A kubeadm": [str(tmp_path / "k.yaml")], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"))
    assert "podSubnett is no field of what stands above it" in person.text
    assert "serviceSubnet" not in (started[0].config or "")


def test_a_kubeadm_line_is_a_beginning_too(started: list[Request]) -> None:
    """What it sets becomes the defaults; what of it is gone is told."""
    person = Person(
        {
            "A kubeadm": ["kubeadm init --pod-network-cidr 10.9.0.0/16 --apiserver-count 3"],
            REVIEW: ["y"],
        }
    )
    converse(person.talk, Look("fresh"))
    assert "Pod range [10.9.0.0/16]: " in person.asked
    assert "--apiserver-count: is gone" in person.text
    assert "podSubnet: 10.9.0.0/16" in (started[0].config or "")


def test_a_section_is_asked_through(started: list[Request]) -> None:
    """The settings that not everybody is asked for, by the number of their section."""
    person = Person({"More settings": ["99", "6"], "Kind of keys": ["ECDSA-P256"], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"))
    assert "encryptionAlgorithm: ECDSA-P256" in (started[0].config or "")
    assert "6 Certificates" in person.text


def test_archives_and_a_login_are_asked_for(started: list[Request], tmp_path: Path) -> None:
    """In the section of the images, by their files; a password isn't asked where it would be seen."""
    login = tmp_path / "login.json"
    login.write_text('{"auths": {"mine.example": {"username": "anna", "password": "hunter2"}}}')
    answers = {"More settings": ["9"], "Image archives": ["/a.tar"], REVIEW: ["y"]}
    person = Person({**answers, "File with the registry": [str(login)]})
    converse(person.talk, Look("fresh"))
    assert started[0].image_archives == ("/a.tar",)
    assert "hunter2" in started[0].registry_auth.reveal()
    assert not any(one.startswith("Password") for one in person.asked)


def test_every_setting_can_be_reached(
    started: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each field of the form is asked for in one of two conversations: with etcd here, and elsewhere."""
    monkeypatch.setenv("SUDO_USER", "ada")
    labels = {path: known.label for path, known in sections.fields().items()}
    own = {
        "--network-plugin": "Network plugin",
        "--network-manifest": "Network plugin",
        "--kubeconfig-for": "Give ada a kubeconfig (~/.kube/config)?",
        "--upload-certs": "Upload the certificates, so that control planes can join?",
    }
    numbers = [str(number + 1) for number in range(len(sections.SECTIONS))]
    asked: set[str] = set()
    for etcd, files in (("", []), ("external", ["https://10.0.0.10:2379"])):
        person = Person(
            {
                "Endpoint of": ["cp.example"],
                "More settings": list(numbers),
                labels["etcd"]: [etcd],
                "Endpoints [": [],
                "Endpoints:": files,
            }
        )
        with pytest.raises(conversation.Left):
            converse(person.talk, Look("fresh"))
        asked |= {one.partition(" [")[0].rstrip(": ") for one in person.asked}
    unreachable = {path for path, label in labels.items() if own.get(path, label) not in asked}
    assert unreachable == {USERNAME, PASSWORD}  # typed where they'd be seen; a file has them


def test_what_is_skipped_and_waived_is_asked_for(started: list[Request]) -> None:
    """The fields of the review are among the further settings, with the form's judgement of them."""
    number = str([one.name for one in sections.SECTIONS].index("review") + 1)
    person = Person(
        {
            "More settings": [number],
            "Checks that only warn": ["Swap,NumCPU"],
            "Phases to leave out": ["addon/nothing", "addon/kube-proxy"],
            REVIEW: ["y"],
        }
    )
    converse(person.talk, Look("fresh"))
    assert "- Swap\n  - NumCPU" in (started[0].config or "")
    assert "skipPhases:\n- addon/kube-proxy" in (started[0].config or "")
    assert "no phase is called addon/nothing" in person.text


def test_a_run_that_ended_early_is_resumed_with_its_answers(
    started: list[Request], tmp_path: Path
) -> None:
    """Enter on every question asks for just what was asked before; nothing is read again."""
    config = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
    config += "clusterName: kept\ncontrolPlaneEndpoint: cp.example\n"
    kept = Request(
        config=config,
        config_name="k.yaml",
        upload_certs=True,
        network_source="/gone.yaml",
        network_manifest=MANIFEST,
    )
    asked.keep(kept, tmp_path)
    seen = Look("half-done", journal=tmp_path / "journal.jsonl")
    person = Person({REVIEW: ["y"]})
    converse(person.talk, seen)
    assert started == [kept]
    assert "Cluster name [kept]: " in person.asked
    assert "Its answers stand in the brackets" in person.text
    assert "The same answers resume it." not in person.text
    person = Person({"Upload": ["n"], REVIEW: ["y"]})
    converse(person.talk, seen)
    assert not started[-1].upload_certs


def test_a_failed_run_is_tried_again(
    started: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as is wanted, with the same request; the end of the input is a no."""
    codes = [4, 4, 4]
    monkeypatch.setattr(conversation, "run_once", lambda _: codes.pop())
    person = Person({"Try again": ["y"], REVIEW: ["y"]})
    assert converse(person.talk, Look("fresh")) == 4
    assert codes == [4]
    with pytest.raises(IndexError):
        conversation.run(Talk(lambda _: "y", print), Request())

    def gone(prompt: str) -> str:
        raise EOFError

    codes.append(4)
    assert conversation.run(Talk(gone, print), Request()) == 4


def test_a_file_gives_the_defaults(started: list[Request], tmp_path: Path) -> None:
    """What the file says is in the brackets; one that can't be read is asked for again."""
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: filed\n"
    )
    bad.write_text("a: [")
    start = "A kubeadm.yaml"
    person = Person({start: ["/none.yaml", str(bad), str(good)], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"))
    assert "Cluster name [filed]: " in person.asked
    assert "no such file" in person.text
    assert "is not YAML" in person.text
    assert "clusterName: filed" in (started[0].config or "")


def test_a_file_that_was_named_is_the_default(started: list[Request], tmp_path: Path) -> None:
    """--config FILE --plain begins with that file."""
    (tmp_path / "k.yaml").write_text(
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: filed\n"
    )
    person = Person({REVIEW: ["y"]})
    converse(person.talk, Look("fresh"), str(tmp_path / "k.yaml"))
    assert "clusterName: filed" in (started[0].config or "")


def test_a_refused_answer_is_taken_back(started: list[Request]) -> None:
    """The reason is told, and the default is offered again."""
    person = Person({"Pod range": ["10.96.0.0/16", "10.244.0.0/16", ""], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"))
    assert "overlaps the service range" in person.text
    assert person.asked.count("Pod range: ") == 2
    assert "podSubnet: 10.244.0.0/16" in (started[0].config or "")


def test_a_dash_empties_a_field(started: list[Request]) -> None:
    """And changing answers goes through all questions again, with what was answered."""
    person = Person({"Pod range": ["10.244.0.0/16", "-"], REVIEW: ["change", "y"]})
    converse(person.talk, Look("fresh"))
    assert "Pod range [10.244.0.0/16]: " in person.asked
    assert "podSubnet" not in (started[0].config or "")


def test_help_explains_and_asks_again(started: list[Request]) -> None:
    """`?` tells what a field is for, that it is for ever, and what could be chosen."""
    person = Person({"Address of this machine": ["?"], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"))
    assert "It can't be changed later" in person.text
    assert "192.0.2.10 eth0" in " ".join(person.text.split())
    assert sum(one.startswith("Address of this") for one in person.asked) == 2
    assert len(started) == 1


def test_a_problem_elsewhere_is_asked_for(started: list[Request], tmp_path: Path) -> None:
    """A field that isn't among the questions is asked when a file has it wrong."""
    (tmp_path / "k.yaml").write_text(
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n"
        "localAPIEndpoint: {bindPort: 70000}\n"
    )
    person = Person({"A kubeadm": [str(tmp_path / "k.yaml")], "Port of": ["6443"], REVIEW: ["y"]})
    converse(person.talk, Look("fresh"))
    assert any(one.startswith("Port of the API server [70000]") for one in person.asked)
    assert "bindPort: 6443" in (started[0].config or "")


def test_a_manifest_that_cannot_be_used_is_asked_for_again(
    started: list[Request], tmp_path: Path
) -> None:
    """The reason is told; `-` goes on without one."""
    (tmp_path / "bad.yaml").write_text("a: &a 1\n")
    person = Person(
        {"Network plugin": ["http://example.com/x", str(tmp_path / "bad.yaml"), "-"], REVIEW: ["y"]}
    )
    converse(person.talk, Look("fresh"))
    assert "only https" in person.text
    assert "aliases" in person.text
    assert started[0].network_manifest is None


def test_the_user_behind_sudo_is_asked(
    started: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On consent alone; root is nobody to ask for."""
    monkeypatch.setattr(questions, "known_user", lambda name: name)
    for user, word, given in (("ada", "y", "ada"), ("ada", "", ""), ("root", "y", "")):
        monkeypatch.setenv("SUDO_USER", user)
        converse(Person({f"Give {user}": [word], REVIEW: ["y"]}).talk, Look("fresh"))
        assert started[-1].user_kubeconfig == given


def test_a_finished_master_is_offered_new_commands(started: list[Request]) -> None:
    """A new token on yes, else the questions."""
    converse(Person({"Make new join": ["y"]}).talk, Look("control-plane"))
    assert started == [Request(workflow="token", renew=True)]
    with pytest.raises(conversation.Left):
        converse(Person().talk, Look("control-plane"))


def test_a_run_under_way_is_left_alone(started: list[Request]) -> None:
    """It says how to watch it, with the code of a refusal."""
    with pytest.raises(PreflightRefused, match="under way"):
        converse(Person().talk, Look("busy"))
    assert started == []


@pytest.mark.parametrize("kind", ["half-done", "foreign", "control-plane"])
def test_what_this_machine_is_is_told(kind: str) -> None:
    """Before the first question."""
    seen = Look(kind, failure="etcd didn't start")  # type: ignore[arg-type]
    text = "\n".join(conversation.greeting(seen))
    words = {
        "half-done": "etcd didn't start",
        "foreign": "didn't write",
        "control-plane": "already",
    }
    assert words[kind] in text


def test_who_leaves_is_told_what_was_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing, or what was mended and how to take it back."""
    monkeypatch.setattr("sys.stdin", Tty())
    for fixes, words in ((), "Nothing was changed"), (("swap",), "`kubeboot-tui undo` takes back"):

        def converse(*given: object, done: tuple[str, ...] = fixes) -> int:
            for fix in done:
                given[-1](fix)  # type: ignore[operator]
            raise conversation.Left

        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setattr(conversation, "converse", converse)
        assert conversation.plain() == 130
        assert words in capsys.readouterr().out


def test_no_terminal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions into a pipe would hang a script."""
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(ConfigurationError, match="no terminal"):
        conversation.plain()


class Tty(StringIO):
    def isatty(self) -> bool:
        return True


def test_the_language_of_the_command_line_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """--plain --language zh_CN asks in Chinese; an unknown language is refused."""
    monkeypatch.setattr("sys.stdin", Tty())
    monkeypatch.setattr("sys.stdout", Tty())
    spoken: list[str] = []

    def converse(*_given: object) -> int:
        spoken.append(text._("Help"))
        return 0

    monkeypatch.setattr(conversation, "converse", converse)
    try:
        assert conversation.plain("", "zh_CN") == 0
    finally:
        text.use("en")
    assert spoken == ["帮助"]
    with pytest.raises(ConfigurationError, match="no language"):
        conversation.plain("", "xx")


# the review


def effects(*targets: str) -> Foreseen:
    made = tuple(e.Effect("etcd", "write", target) for target in targets)
    phase = PhaseState("etcd", "etcd", effects=made)
    return Foreseen(state=RunState(phases={"etcd": phase}), ended=True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("y", "start"), ("YES", "start"), ("c", "change"), ("", "leave"), ("no", "leave")],
)
def test_the_last_question(typed: str, meant: str) -> None:
    """Only a yes is a yes."""
    assert decide(Person({REVIEW: [typed]}).talk, effects()) == meant


def test_other_words_are_asked_again() -> None:
    """`list` lists each effect; what is no answer is none."""
    person = Person({REVIEW: ["list", "perhaps", "y"]})
    assert decide(person.talk, effects("/etc/a", "/etc/b")) == "start"
    assert "  write /etc/b" in person.told
    assert len(person.asked) == 3


def test_what_speaks_against_it_is_told() -> None:
    """Numbers by kind, failing checks with their remedy, and why nothing could be foreseen."""
    reports = {"check": {"Swap": {"state": "failed", "found": "swap is on", "remedy": "swapoff"}}}
    preflight = PhaseState("preflight", "Preflight", reports=reports)
    seen = effects("/etc/a")
    state = replace(seen.state, phases={**seen.state.phases, "preflight": preflight})
    lines = list(
        foreseen_lines(replace(seen, state=state, error=ConfigurationError("x", "no way")))
    )
    assert "  Files to write: 1" in lines
    assert "✗ error: [Swap] swap is on. swapoff" in lines
    assert any("no way" in line for line in lines)


def test_a_preview_is_stopped_when_a_person_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """ctrl+c while it looks leaves no engine behind."""
    ended: list[str] = []

    class Looking:
        def __init__(self, *_: object, **__: object) -> None: ...
        def start(self) -> None: ...
        def take(self) -> Foreseen:
            raise KeyboardInterrupt

        def stop(self) -> None:
            ended.append("stop")

        def join(self, _timeout: float) -> None:
            ended.append("join")

    monkeypatch.setattr(ahead, "Preview", Looking)
    with pytest.raises(KeyboardInterrupt):
        ahead.foresee(Person().talk, Session(FACTS), Answers())
    assert ended == ["stop", "join"]


# lines


def test_lines_fit() -> None:
    """79 columns; what is longer than that in one word stays whole; indents are kept."""
    lines = folded("  " + "word " * 60)
    assert all(len(line) <= WIDTH and line.startswith("  ") for line in lines)
    assert folded("x" * 200) == ["x" * 200]
    assert folded("") == [""]


def test_lines_of_wide_characters_fit() -> None:
    """They are counted by their cells, break anywhere, and begin with no closing sign; words stay whole."""
    lines = folded(
        "! " + "没有网络插件，节点会一直处于 NotReady。" * 8 + "/etc/kubernetes/" + "x" * 90
    )
    assert max(cell_len(line) for line in lines[:-1]) <= WIDTH
    assert min(cell_len(line) for line in lines[:-2]) > WIDTH - 12
    assert not any(line.lstrip().startswith(("，", "。")) for line in lines)
    assert lines[-1] == "  /etc/kubernetes/" + "x" * 90


def test_a_prompt_is_one_line_with_its_default() -> None:
    """Lists are on one line; a default can't steer the terminal."""
    person = Person()
    answer(person.talk, "Names", "a\nb\x1b[2J")
    assert person.asked == ["Names [a, b?[2J]: "]


@pytest.mark.parametrize(
    ("typed", "meant"), [("y", True), ("Yes", True), ("n", False), ("", False)]
)
def test_yes_and_no(typed: str, meant: bool) -> None:
    """Nothing is a no; other words are asked again."""
    person = Person({"Sure?": ["maybe", typed]})
    assert yes(person.talk, "Sure?") is meant
    assert len(person.asked) == 2


def test_a_run_is_told_in_the_language_in_use() -> None:
    """Every line of a good and of a failed run, and the words at the end, but for what programs said."""
    text.use("zh_CN")
    try:
        for name in ("good", "refused"):
            state, told = RunState(), []
            for record in Reader(RECORDINGS / f"{name}.jsonl").new_records():
                state = fold(state, record)
                told += [*lines(record, state)]
            told += [line for line in closing(state) if line and not line.startswith("  ")]
            assert not [line for line in told if line.isascii() and "[" not in line]
    finally:
        text.use("en")


def test_no_escape_sequence_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signs in ASCII, steering characters as question marks; the end of input is an end."""
    monkeypatch.setattr("sys.stdin", StringIO("answer\n"))
    talk.tell("✓ done · \x1b[31mred")
    assert talk.read("Question → [x]: ") == "answer\n"
    assert capsys.readouterr().out == "+ done - ?[31mred\nQuestion > [x]: "
    with pytest.raises(EOFError):
        talk.read("More: ")


def test_a_complaint_is_told_in_the_language_in_use() -> None:
    """Message and remedy are two sentences, each translated, behind the field's path."""
    problem = Problem("clusterName", "must not be empty", "Leave it out", file="f.yaml", line=3)
    assert list(asking.complaints([problem])) == [
        "✗ error: clusterName: must not be empty. Leave it out."
    ]
    text.use("zh_CN")
    try:
        (told,) = asking.complaints([replace(problem, remedy="Name a user")])
    finally:
        text.use("en")
    assert told.startswith("✗ 错误：clusterName: ")
    assert told.endswith("。")
