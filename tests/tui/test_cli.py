"""The command line: usage errors in a sentence, light verbs, a configuration from anywhere."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from phases.engine.errors import InstallerError, PreflightRefused
from phases.engine.request import Request
from tests.engine.bench import documents
from tests.tui.program import COMMAND, CONFIG, MACHINE, ROOT, Place, tree
from tui import cli, launch, text
from tui.flags import CONFIGURING, OURS, RUNNING
from tui.init import make_request, watch_latest

HEAVY = "print(json.dumps([n for n in ('textual', 'rich', 'kubernetes', 'cryptography') if n in sys.modules]))"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever runs the tests may speak Chinese."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    yield
    text.use("en")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--mood"], "--mood"),
        (["dance"], "dance"),
        (["init", "--mood", "bright"], "--mood"),
        (["init", "--conf", "x"], "--conf"),
        (["init", "--config"], "--config"),
        (["init", "--apiserver-bind-port", "many"], "--apiserver-bind-port"),
        (["init", "extra"], "extra"),
    ],
)
def test_a_usage_error_is_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown verb or flag ends with 2 and a sentence that names it and the way to help."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    err = capsys.readouterr().err
    assert caught.value.code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert words in err
    assert "--help" in err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["init", "--help"], ["phases", "--help"], ["watch", "--help"]]
)
def test_help_helps(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every verb explains itself and ends with 0."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("usage: kubeboot-tui")


@pytest.mark.parametrize("arguments", [["--help"], ["dance"], ["engines"]])
def test_the_engine_is_not_among_the_verbs(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What verbs use inside isn't shown to a user, who asks for help or mistypes a verb."""
    with pytest.raises(SystemExit):
        cli.main(arguments)
    told = capsys.readouterr()
    assert "engine" not in (told.out + told.err).replace("'engines'", "")


@pytest.mark.parametrize(
    ("arguments", "help_of"),
    [
        (["--mood"], "kubeboot-tui"),
        (["init", "--mood"], "kubeboot-tui init"),
        (["init", "extra"], "kubeboot-tui init"),
        (["token", "create", "--mood"], "kubeboot-tui token create"),
    ],
)
def test_a_usage_error_names_the_help_of_its_verb(
    arguments: list[str], help_of: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The help that is named is the one that lists the flags of what was typed."""
    with pytest.raises(SystemExit):
        cli.main(arguments)
    assert f"`{help_of} --help`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "mode", "upload"),
    [
        ([], "real", False),
        (["--dry-run", "--upload-certs"], "dry-run", True),
        (["--dry-run=true", "--upload-certs=1"], "dry-run", True),
        (["--dry-run=T", "--upload-certs=false"], "dry-run", False),
        (["--dry-run=False", "--upload-certs=TRUE"], "real", True),
        (["--dry-run", "--dry-run=false"], "real", False),
    ],
)
def test_switches_take_the_words_of_go(arguments: list[str], mode: str, upload: bool) -> None:
    """A switch stands alone or with true or false behind an equals sign; the last one counts."""
    request = make_request(cli.parser().parse_args(["init", *arguments]))
    assert (request.mode, request.upload_certs) == (mode, upload)


def test_a_switch_overrules_the_file() -> None:
    """As with kubeadm, --dry-run=false stands over the file's dryRun; left alone it says nothing."""
    parse = cli.parser().parse_args
    assert make_request(parse(["init", "--dry-run=false"])).flags == {"dry-run": False}
    assert make_request(parse(["init"])).flags == {}


@pytest.mark.parametrize("arguments", [["--dry-run=maybe"], ["--dry-run", "false"]])
def test_a_switch_takes_nothing_else(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Other words, and words behind a blank, are refused by name."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["init", *arguments])
    assert caught.value.code == 2
    assert arguments[-1].rpartition("=")[2] in capsys.readouterr().err


def test_every_flag_of_init_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """The help of init names each flag with a word on it."""
    with pytest.raises(SystemExit):
        cli.main(["init", "--help"])
    out = capsys.readouterr().out
    for flag in (*CONFIGURING, *RUNNING, *OURS):
        assert f"--{flag.name}" in out
        assert flag.help


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["init", "--help"]])
def test_light_verbs_stay_light(arguments: list[str]) -> None:
    """Version and help load neither screens, cluster client nor cryptography."""
    script = (
        "import contextlib, io, json, sys\nfrom tui.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({arguments!r})\n{HEAVY}"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert json.loads(ended.stdout) == []


def test_the_phases_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """`phases` shows each phase with its steps, in an order that a run could take."""
    assert cli.main(["phases"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines]
    assert names.index("preflight") < names.index("certs") < names.index("show-join-command")
    assert names[names.index("certs") + 1] == "/ca"


@pytest.mark.parametrize(
    ("argument", "word"),
    [("missing.yaml", "no such file"), (".", "directory"), ("/dev/zero", "not a regular file")],
)
def test_an_unreadable_file_is_named(place: Place, argument: str, word: str) -> None:
    """A file that isn't there, a folder, a device: 2 at once, in one line, nothing written."""
    ended = place.run("init", "--rehearse", str(place.rehearsal), "--config", argument)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {argument}: ")
    assert word in ended.err
    assert ended.err.count("\n") == 1
    assert not place.rehearsal.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["work.yaml"]),
        ("a: [", ["work.yaml:1"]),
        (CONFIG + "podSubnett: 1\n", ["podSubnett"]),
        (CONFIG + "networking: {podSubnet: a, serviceSubnet: b}\n", ["podSubnet", "serviceSubnet"]),
    ],
)
def test_a_bad_configuration_writes_nothing(place: Place, text: str, words: list[str]) -> None:
    """Every problem is told with file and line, the exit code is 2, and no file is made anywhere."""
    (place.folder / "work" / "work.yaml").write_text(text)
    before = tree(place.folder)
    ended = place.run("init", "--rehearse", str(place.rehearsal), "--config", "work.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert all(word in ended.err for word in words), ended.err
    assert "Traceback" not in ended.err
    assert tree(place.folder) == before


def test_bytes_that_are_no_text_are_told(place: Place) -> None:
    """Latin-1 on standard input is a problem with its place, not a crash."""
    ended = subprocess.run(
        [sys.executable, "-m", "tui", "init", "--rehearse", str(place.rehearsal), "--config", "-"],
        input=b"clusterName: caf\xe9",
        capture_output=True,
        check=False,
        env=place.environment(),
    )
    assert ended.returncode == 2
    assert b"standard input" in ended.stderr
    assert b"not UTF-8" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--only", "cert"], "Did you mean certs?"),
        (["--skip-phases", "addons"], "Did you mean addon?"),
        (["--from", "certs/c"], "Did you mean certs/ca?"),
    ],
)
def test_an_unknown_phase_writes_nothing(place: Place, arguments: list[str], word: str) -> None:
    """A phase that there isn't: 2, a better name, and no folder made."""
    ended = place.rehearse(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert word in ended.err
    assert not place.rehearsal.exists()


@pytest.mark.parametrize("folder", ["/", "/proc/nowhere", "file/below"])
def test_a_folder_that_cannot_hold_a_rehearsal(place: Place, folder: str) -> None:
    """A rehearsal in / or where no folder can be made is refused in a sentence."""
    (place.folder / "work" / "file").write_text("")
    ended = place.run("init", "--rehearse", folder, "--config", str(place.config))
    assert ended.code == 2
    assert ended.err.startswith("error: ")
    assert ended.err.count("\n") == 1


def test_a_link_inside_does_not_lead_out(place: Place) -> None:
    """A link planted in the folder doesn't carry the engine's own files outside it."""
    outside = place.folder / "outside"
    outside.mkdir()
    place.rehearsal.mkdir()
    (place.rehearsal / "var").symlink_to(outside)
    ended = place.rehearse()
    assert ended.code == 2
    assert list(outside.iterdir()) == []


def test_who_may_not_see_runs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """`watch` without root doesn't say that there has been no run."""

    def denied(folder: object) -> object:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("tui.init.os.scandir", denied)
    with pytest.raises(InstallerError, match="only root can see the runs") as caught:
        watch_latest(as_json=False)
    assert caught.value.exit_code == 3


def test_where_nothing_was_run_watch_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without runs has none."""
    monkeypatch.setattr("tui.init.STATE", tmp_path / "none")
    with pytest.raises(InstallerError, match="there has been no run"):
        watch_latest(as_json=False)


def test_an_engine_starts_nothing_by_accident(place: Place) -> None:
    """A request that doesn't say in which mode is refused, whoever runs it."""
    ended = place.run("engine", stdin="{}\n")
    assert ended.code == 2
    assert json.loads(ended.out)["failure"]["code"] == "bad-request"


@pytest.mark.parametrize("mode", ["real", "dry-run"])
def test_without_root_nothing_begins(place: Place, mode: str) -> None:
    """The real thing or a look at it without root: 3, what can be had, no state on the machine."""
    script = (
        "import os, sys, tui.cli; os.geteuid = lambda: 1000; sys.exit(tui.cli.main(['engine']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps({"mode": mode}),
        capture_output=True,
        check=False,
        text=True,
        cwd=ROOT,
        env=place.environment(),
    )
    answer = json.loads(ended.stdout)
    assert (ended.returncode, answer["exit_code"]) == (3, 3)
    assert answer["failure"]["code"] == "IsPrivilegedUser"
    assert "--rehearse DIR" in answer["failure"]["remedy"]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """A person at a terminal whose run could begin; what was asked about it, and no start."""
    asked: list[Request] = []

    def fit(request: Request) -> str:
        asked.append(request)
        return "real"

    monkeypatch.setattr("tui.init.at_terminal", lambda: True)
    monkeypatch.setattr("tui.init.fit", fit)
    monkeypatch.setattr("tui.init.start", lambda _request: pytest.fail("was started"))
    return asked


def raising(error: BaseException) -> Any:
    def act(*_: object) -> Any:
        raise error

    return act


@pytest.mark.parametrize(
    "answer", [raising(EOFError()), raising(KeyboardInterrupt()), lambda _: "n", lambda _: ""]
)
def test_a_terminal_user_is_asked_first(
    place: Place,
    terminal: list[Request],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: Any,
) -> None:
    """Anything but yes, even the end of input, starts nothing and says so, with ctrl+c's exit code."""
    monkeypatch.setattr("builtins.input", answer)
    assert cli.main(["init", "--config", str(place.config)]) == 130
    told = capsys.readouterr().out
    assert "control plane" in told
    assert told.endswith("Nothing was changed.\n")
    assert len(terminal) == 1


def test_nobody_is_asked_about_what_cannot_begin(
    place: Place, terminal: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A configuration, a user or a lock in the way is told before the question, with its own code."""
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("was asked"))
    monkeypatch.setattr("tui.init.fit", raising(PreflightRefused("x", "not root")))
    assert cli.main(["init", "--config", str(place.config)]) == 3
    assert terminal == []


def test_nobody_is_asked_about_a_dry_run_of_the_file(
    place: Place, terminal: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file asks for a dry run there is nothing to agree to."""
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("was asked"))
    monkeypatch.setattr("tui.init.fit", lambda _: "dry-run")
    monkeypatch.setattr("tui.init.start", raising(PreflightRefused("x", "was started")))
    assert cli.main(["init", "--config", str(place.config)]) == 3
    assert terminal == []


@pytest.mark.skipif(os.geteuid() != 0, reason="the real thing can't begin without root")
def test_whether_a_run_could_begin_is_told_without_beginning_it(place: Place) -> None:
    """An engine that is only asked answers with the mode, and leaves nothing behind."""
    before = tree(*MACHINE)
    for flags, mode in (({}, "real"), ({"dry-run": True}, "dry-run")):
        request = Request(config=CONFIG, flags=flags, probe=True)
        ended = place.run("engine", stdin=request.to_json() + "\n")
        assert (ended.code, json.loads(ended.out)) == (0, {"fit": mode})
    bad = place.run("engine", stdin=Request(config="x: 1", probe=True).to_json() + "\n")
    assert bad.code == 2
    assert tree(*MACHINE) == before
    assert list((place.folder / "tmp").iterdir()) == []


def test_a_rehearsal_is_no_dry_run(place: Place) -> None:
    """Asked for both, neither is done: 2 and a sentence."""
    ended = place.rehearse("--dry-run")
    assert (ended.code, ended.out) == (2, "")
    assert "--rehearse and --dry-run contradict each other" in ended.err
    assert not place.rehearsal.exists()


@pytest.mark.parametrize(
    ("flag", "value", "instead"), [("rootfs", "/mnt", "`chroot`"), ("vmodule", "x=4", "-v says")]
)
def test_flags_of_kubeadm_that_arent_taken_say_what_instead(
    flag: str, value: str, instead: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two of kubeadm's global flags end with 2 and what to do instead; empty they ask for nothing."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["init", f"--{flag}", value])
    assert ended.value.code == 2
    assert instead in capsys.readouterr().err
    assert getattr(cli.parser().parse_args(["init", f"--{flag}="]), flag) == ""


def test_every_flag_that_isnt_taken_has_its_sentence() -> None:
    """What is refused and what is said of it are the same flags."""
    assert {flag.name for flag in RUNNING if flag.kind == "refused"} == cli.INSTEAD.keys()


@pytest.mark.parametrize("words", [["-v", "5"], ["-v5"], ["-v=5"], ["--v", "5"], ["--v=5"]])
@pytest.mark.parametrize("verb", [["init"], ["token", "create"], ["watch"]])
def test_the_detail_is_taken_as_by_kubeadm(verb: list[str], words: list[str]) -> None:
    """-v and --v take a number, in all the forms that kubeadm knows."""
    assert cli.parser().parse_args([*verb, *words]).v == 5


@pytest.mark.parametrize(
    ("raised", "code"), [(KeyboardInterrupt(), 130), (InstallerError("c", "w"), 4)]
)
def test_no_error_is_a_traceback(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int
) -> None:
    """An interrupt and an error of ours become an exit code."""

    def fail(_arguments: object) -> int:
        raise raised

    monkeypatch.setattr(cli, "_phases", fail)
    assert cli.main(["phases"]) == code


@pytest.mark.parametrize(
    "words", ["import sys; sys.exit('Boom: it broke')", "import os; os._exit(3)"]
)
def test_an_engine_that_dies_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """An engine that ends before it answers is a defect with its last words, not a traceback."""
    monkeypatch.setattr(launch, "_myself", lambda: [sys.executable, "-c", words])
    with pytest.raises(InstallerError) as caught:
        launch.start(Request(config="x" * 200_000))
    assert caught.value.code == "defect"
    assert ("Boom" in caught.value.why) is ("Boom" in words)


def test_an_isolated_program_starts_an_isolated_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps a home folder's code out of the one file keeps it out of its engine."""
    flags = SimpleNamespace(isolated=1)
    monkeypatch.setattr(
        launch,
        "sys",
        SimpleNamespace(argv=["/root/kubeboot-tui"], executable="python3", flags=flags),
    )
    assert launch._myself() == ["python3", "-I", "/root/kubeboot-tui"]


@pytest.mark.parametrize("flag", ["rehearse", "only", "from"])
@pytest.mark.parametrize("words", [["--{}", ""], ["--{}="]])
def test_an_empty_value_never_asks_for_more(
    capsys: pytest.CaptureFixture[str], flag: str, words: list[str]
) -> None:
    """A script's unset variable turns neither a rehearsal into the real thing nor a part into all."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["init", *(word.format(flag) for word in words)])
    assert ended.value.code == 2
    assert f"argument --{flag}: it needs a value" in capsys.readouterr().err


CHINESE = {"LANG": "zh_CN.UTF-8"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--help"], 0, "用法：kubeboot-tui"),
        (["init", "--help"], 0, "kubeadm 的参数"),
        (["dance"], 2, "错误："),
        (["init", "--config"], 2, "需要一个值"),
        (["init", "--apiserver-bind-port", "many"], 2, "'many'"),
        (["init", "--config", "/nowhere"], 2, "/nowhere: 无法读取：没有这个文件或目录。"),
        (["phases"], 0, "控制平面"),
    ],
)
def test_the_command_line_speaks_the_locale(
    place: Place, arguments: list[str], code: int, words: str
) -> None:
    """Help, listings and errors come in the language of the locale."""
    ended = place.run(*arguments, **CHINESE)
    assert ended.code == code
    assert words in ended.out + ended.err
    assert "error" not in ended.err
    assert "usage" not in ended.out


def test_the_language_asked_for_wins(place: Place) -> None:
    """`--language` before the verb decides over the locale, either way."""
    assert place.run("--language", "en", "dance", **CHINESE).err.startswith("error: ")
    assert place.run("--language", "zh_CN", "dance").err.startswith("错误：")


def test_each_of_many_problems_is_translated(place: Place) -> None:
    """Place and value stay as they are; what is wrong and what to do are said in Chinese."""
    place.config.write_text(documents("networking: {podSubnet: pods, serviceSubnet: services}"))
    err = place.rehearse(**CHINESE).err
    assert err.startswith("错误：发现 2 个问题：\n")
    for field in ("networking.podSubnet: 'pods'", "networking.serviceSubnet: 'services'"):
        assert f"{field} 不是网段。请写成" in err


def test_what_programs_read_stays_english(place: Place) -> None:
    """The journal and `--json` are the same in every locale."""
    here, there = (place.run("init", "--json", "--config", "/nowhere", **e) for e in ({}, CHINESE))
    assert here.out == there.out
    ended = place.rehearse("--json", "--only", "certs", **CHINESE)
    assert ended.code == 0
    assert ended.out.isascii()
    assert "\\u" not in ended.out
    assert ended.of("PhaseStarted")


def test_a_closed_output_is_told_in_chinese(place: Place) -> None:
    """The language is known before the first word is."""
    command = shlex.join([*COMMAND, "phases"]) + " >&-"
    ended = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        check=False,
        text=True,
        cwd=place.folder / "work",
        env=place.environment(**CHINESE),
    )
    assert ended.stderr.startswith("警告：标准输出已关闭")


def test_the_bare_command_means_what_the_parser_says() -> None:
    """It is understood without one, to be quick, and in no other way."""
    assert vars(cli.INSIDE[""]) == vars(cli.parser().parse_args([]))
