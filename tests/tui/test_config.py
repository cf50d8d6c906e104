"""The verb `config`: migrate, validate, print, diff, images; what it prints and how it ends."""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from phases.model.load import load, read_join
from tests.tui.program import ROOT, Place
from tui import cli, text

OLD = """apiVersion: kubeadm.k8s.io/v1alpha1
kind: MasterConfiguration
controllerManagerExtraArgs:
  horizontal-pod-autoscaler-use-rest-clients: "true"
  horizontal-pod-autoscaler-sync-period: "10s"
apiServerExtraArgs:
  runtime-config: "api/all=true"
token: q1w2e3.r4t5y6u7i8o9p0a1
kubernetesVersion: "stable-1.11"
"""
NEW = """apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
controlPlaneEndpoint: cp.example.com
kubernetesVersion: v1.37.2
"""
TOKEN = "q1w2e3.r4t5y6u7i8o9p0a1"


class Run:
    """Runs the command line in this process; files lie in a folder of its own."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self._capture.readouterr()
        code = cli.main(words)
        return code, *self._capture.readouterr()


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    yield Run(tmp_path, capsys)
    text.use("en")


def test_migrate_writes_the_new_file_and_tells_of_every_field(run: Run) -> None:
    """The text goes to standard output, the report to standard error with file and line."""
    old = run.file("old.yaml", OLD)
    code, out, err = run(
        "config", "migrate", "--old-config", old, "--kubernetes-version", "v1.37.2"
    )
    assert code == 0
    assert load(out, name="new").cluster.kubernetes_version == "v1.37.2"
    assert err.splitlines() == [
        "  old.yaml:3: controllerManagerExtraArgs: moved → ClusterConfiguration.controllerManager.extraArgs",
        "! old.yaml:4: controllerManagerExtraArgs.horizontal-pod-autoscaler-use-rest-clients: no longer exists: the metrics API is always used",
        "  old.yaml:6: apiServerExtraArgs: moved → ClusterConfiguration.apiServer.extraArgs",
        "  old.yaml:8: token: moved → InitConfiguration.bootstrapTokens[0].token",
        "  old.yaml:9: kubernetesVersion: changed → ClusterConfiguration.kubernetesVersion: v1.37.2 was chosen",
    ]


def test_migrate_writes_a_file_for_its_owner_alone(run: Run) -> None:
    """It holds the tokens of the old one; nothing is left beside it, and what was there is replaced."""
    old = run.file("old.yaml", OLD)
    run.file("new.yaml", "before")
    words = ("--old-config", old, "--new-config", "new.yaml", "--kubernetes-version", "v1.37.2")
    code, out, err = run("config", "migrate", *words)
    path = run.folder / "new.yaml"
    assert (code, out) == (0, "new.yaml is written.\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TOKEN in path.read_text()
    assert TOKEN not in out + err
    assert sorted(path.name for path in run.folder.iterdir()) == ["new.yaml", "old.yaml"]


def test_migrate_is_stable(run: Run) -> None:
    """The same file gives the same bytes, and its result is its own result."""
    old = run.file("old.yaml", OLD)
    words = ("config", "migrate", "--kubernetes-version", "v1.36.6", "--old-config")
    first = run(*words, old)[1]
    assert first == run(*words, old)[1]
    assert first == run(*words, run.file("new.yaml", first))[1]


def test_migrate_reads_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash stands for it, as it does for init."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(NEW.encode())))
    code, out, _ = run("config", "migrate", "--old-config", "-")
    assert (code, load(out, name="k")) == (0, load(NEW, name="k"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["migrate"], "config migrate needs --old-config. Name the file to bring up to date"),
        (["migrate", "--old-config", "old.yaml"], "old.yaml:9:20: kubernetesVersion: stable-1.11 names release 1.11, which is not supported. Use v1.35.10, v1.36.6 or v1.37.2, by --kubernetes-version"),
        (["migrate", "--old-config", "old.yaml", "--new-config", "./old.yaml"], "./old.yaml is the old file itself. Give --new-config another name; the old file is kept"),
        (["migrate", "--old-config", "new.yaml", "--new-config", "no/such/file"], "no/such/file can't be written: no such file or directory"),
        (["migrate", "--old-config", "absent.yaml"], "absent.yaml: can't be read: no such file or directory"),
        (["migrate", "--old-config", "new.yaml", "--kubernetes-version", "v1.20.0"], "v1.20.0 is not supported: it is older than 1.35"),
        (["validate"], "config validate needs --config. Name a configuration file"),
        (["validate", "--config", "old.yaml"], "2 problems:\nold.yaml:9:20: kubernetesVersion: stable-1.11 names release 1.11"),
        (["print"], "config print needs --config"),
        (["print", "init-defaults", "--config", "new.yaml"], "print shows either defaults or what a file means. Leave out init-defaults or --config"),
        (["print", "nothing"], "argument what: invalid choice: 'nothing'"),
        (["print", "init-defaults", "--component-configs", "Kubelet"], "--component-configs: 'Kubelet' is no component's. Use KubeProxyConfiguration or KubeletConfiguration"),
        (["diff", "old.yaml"], "the following arguments are required: FILE"),
        (["diff", "new.yaml", "absent.yaml"], "absent.yaml: can't be read"),
        (["images"], "config images needs a verb. `kubeboot-tui config images --help` shows what there is"),
        (["images", "list", "--kubernetes-version", "v1.11.0"], "v1.11.0 is not supported"),
        ([], "config needs a verb. `kubeboot-tui config --help` shows what there is"),
    ],
)  # fmt: skip
def test_what_can_not_be_done_ends_with_2(run: Run, words: list[str], said: str) -> None:
    """Wrong words, unreadable files and unusable configurations: a sentence, a remedy, nothing printed."""
    run.file("old.yaml", OLD)
    run.file("new.yaml", NEW)
    try:
        code, out, err = run("config", *words)
    except SystemExit as ended:  # argparse's own way
        code, out, err = int(str(ended.code)), "", run._capture.readouterr().err
    assert code == 2
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_validate_says_that_a_file_is_sound(run: Run) -> None:
    """Also for a node that joins; what is doubtful is a warning."""
    new = run.file("new.yaml", NEW + 'scheduler: {extraArgs: [{name: leader-elekt, value: "x"}]}\n')
    code, out, _ = run("config", "validate", "--config", new)
    assert code == 0
    assert (
        "! warning: new.yaml:5:32: scheduler.extraArgs[0].name: kube-scheduler does not list" in out
    )
    assert out.endswith("new.yaml is sound.\n")
    join = "apiVersion: kubeadm.k8s.io/v1beta1\nkind: JoinConfiguration\n"
    join += "discovery: {file: {kubeConfigPath: /etc/c.conf}}\n"
    code, out, _ = run("config", "validate", "--config", run.file("join.yaml", join))
    assert code == 0
    assert "kubeadm.k8s.io/v1beta1 is read as kubeadm.k8s.io/v1beta4" in out


def test_validate_asks_a_version_source(run: Run) -> None:
    """A label is what the source says; one that can't be asked is refused with the choices."""
    (run.folder / "stable-1.36.txt").write_text("v1.36.4\n")
    new = run.file("new.yaml", NEW.replace("v1.37.2", "stable-1.36"))
    words = ("config", "validate", "--config", new, "--version-source")
    code, out, _ = run(*words, ".")
    assert code == 0
    assert "stable-1.36 is v1.36.4, as the version source says" in out
    code, _, err = run(*words, "/nowhere")
    assert code == 2
    assert "new.yaml:4:20: kubernetesVersion: stable-1.36 can't be looked up" in err


def test_print_shows_where_every_value_is_from(run: Run) -> None:
    """Lines of the file, this machine, defaults; an old file's fields by their old names."""
    shorter = OLD.replace('  horizontal-pod-autoscaler-use-rest-clients: "true"\n', "")
    old = run.file("old.yaml", shorter)
    code, out, _ = run("config", "print", "--config", old)
    assert code == 0
    lines = {line.split("#")[0].strip(): line.partition("# ")[2] for line in out.splitlines()}
    assert lines["value: api/all=true"] == "line 6, apiServerExtraArgs.runtime-config"
    assert lines["token: ***"] == "line 7, token"
    assert lines["dnsDomain: cluster.local"] == "default"
    assert "this machine" in lines.values()
    assert TOKEN not in out


def test_print_shows_kubeadms_defaults(run: Run) -> None:
    """Documents that load again; no token stands in them for somebody to copy."""
    code, out, _ = run(
        "config", "print", "init-defaults", "--component-configs", "KubeProxyConfiguration"
    )
    assert code == 0
    found = load(out, name="k")
    assert found.init.local_api_endpoint.advertise_address == "1.2.3.4"
    assert found.cluster.networking.service_subnet == "10.96.0.0/12"
    assert found.kube_proxy
    assert found.init.bootstrap_tokens[0].token is None
    _, out, _ = run("config", "print", "join-defaults")
    joining = read_join(out, name="k").configuration
    assert joining.discovery.bootstrap_token
    assert joining.discovery.bootstrap_token.api_server_endpoint == "kube-apiserver:6443"


def test_diff_tells_what_differs_in_effect(run: Run) -> None:
    """Each field with both values and where they stand; an old file beside a new one as well."""
    old, new = run.file("old.yaml", OLD), run.file("new.yaml", NEW)
    code, out, _ = run("config", "diff", old, new)
    assert code == 0
    assert (
        "kubernetesVersion\n  - stable-1.11   # old.yaml: line 9, kubernetesVersion\n"
        "  + v1.37.2   # new.yaml: line 4\n"
    ) in out
    assert run("config", "diff", new, new)[1] == "Both mean the same.\n"


def test_images_are_those_of_the_file_or_of_flags(run: Run) -> None:
    """One a line, in kubeadm's order; without a file those of the newest version."""
    new = run.file("new.yaml", NEW + "imageRepository: mirror.example.com\n")
    _, out, _ = run("config", "images", "list", "--config", new)
    assert out.splitlines()[0] == "mirror.example.com/kube-apiserver:v1.37.2"
    assert out.splitlines()[-1] == "mirror.example.com/etcd:3.7.0-0"
    _, out, _ = run("config", "images", "list", "--kubernetes-version", "v1.36.1")
    assert "registry.k8s.io/kube-apiserver:v1.36.1" in out.splitlines()


def test_the_reports_speak_chinese(run: Run) -> None:
    """Fates, advice and origins in the language that is asked for."""
    old = run.file("old.yaml", OLD)
    words = ("--old-config", old, "--kubernetes-version", "v1.37.2")
    _, out, err = run("--language", "zh_CN", "config", "migrate", *words)
    assert "已移动 → ClusterConfiguration" in err
    assert "已不存在: 总是使用 metrics API" in err
    assert "stable-1.11" not in out
    assert "controllerManagerExtraArgs" in err


@pytest.mark.parametrize(
    "words", [["config", "--help"], ["config", "validate", "--config", "k.yaml"]]
)
def test_the_verb_is_light(words: list[str], tmp_path: Path) -> None:
    """Neither screens nor the cluster's client nor keys are loaded."""
    (tmp_path / "k.yaml").write_text(NEW)
    heavy = ("textual", "rich", "kubernetes", "cryptography")
    code = f"""
import json, sys
from tui.cli import main
try:
    main({words!r})
except SystemExit:
    pass
print(json.dumps([n for n in {heavy!r} if n in sys.modules]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert json.loads(ended.stdout.splitlines()[-1]) == []


def test_init_takes_an_old_file_and_asks_a_version_source(place: Place) -> None:
    """A rehearsal from a file of 2018 runs with the version that the source names."""
    (place.folder / "work" / "stable-1.36.txt").write_text("v1.36.4\n")
    shorter = OLD.replace('  horizontal-pod-autoscaler-use-rest-clients: "true"\n', "")
    place.config.write_text(shorter.replace("stable-1.11", "stable-1.36"))
    ended = place.rehearse("--version-source", ".", "--json")
    assert ended.code == 0, ended.err
    (started,) = ended.of("RunStarted")
    assert started["version"] == "v1.36.4"
    told = [event["text"] for event in ended.of("Warned")]
    assert any("kubeadm.k8s.io/v1alpha1 is read as" in text for text in told)


def test_a_file_that_changes_after_it_was_read_changes_nothing(run: Run) -> None:
    """Case 20 of the fault matrix: what was read is what runs; nobody reads the file again."""
    from tui.init import make_request

    path = run.file("kubeadm.yaml", NEW)
    arguments = cli.parser().parse_args(["init", "--config", path])
    request = make_request(arguments)
    run.file(path, NEW.replace("v1.37.2", "v1.35.1"))
    assert request.config == NEW


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
