"""The session: fields and text in step, nothing typed is lost, verdicts, undo. No screen is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from phases.model.hints import record_of
from phases.model.load import load
from phases.model.schema import Record
from phases.model.types import ClusterConfiguration, InitConfiguration
from tests.tui.machine import FACTS
from tui import sections
from tui.fields import texts
from tui.fields.documents import get, parse, put, write
from tui.fields.notes import about, proposals
from tui.session import START, YAML, Session

ROOT = Path(__file__).parents[2]
PODS = "networking.podSubnet"
PORT = "localAPIEndpoint.bindPort"
RICH = """\
# made by hand
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
timeouts:
  discovery: 3m0s
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
apiServer:
  extraArgs:
  - name: audit-log-path
    value: "-"
  extraEnvs:
  - name: NODE
    valueFrom:
      fieldRef:
        fieldPath: spec.nodeName
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
crashLoopBackOff:
  maxContainerRestartPeriod: 1m0s
maxPods: 200
"""


@pytest.fixture
def session() -> Session:
    return Session(FACTS)


def leaves(record: Record, path: str = "") -> list[str]:
    """The paths that an operator sets: everything that is no struct of its own."""
    found = []
    for field in record.fields:
        inner = f"{path}.{field.key}" if path else field.key
        found += leaves(field.shape, inner) if isinstance(field.shape, Record) else [inner]
    return found


@pytest.mark.parametrize(
    "path", [*leaves(record_of(InitConfiguration)), *leaves(record_of(ClusterConfiguration))]
)
def test_every_field_of_kubeadm_is_reachable(path: str) -> None:
    """Each v1beta4 field that an operator sets has a field in the form."""
    assert path in sections.fields()


def test_paths_are_unique_and_kept_apart() -> None:
    """No field stands in two sections, and each belongs to the section that lists it."""
    paths = [field.path for one in sections.SECTIONS for field in one.fields]
    assert len(paths) == len(set(paths))
    for one in sections.SECTIONS:
        assert {sections.home_of(field.path) for field in one.fields} <= {one.name}


def test_an_empty_form_is_a_valid_configuration(session: Session) -> None:
    """What the machine and the defaults give is enough to begin with."""
    assert session.problems() == ()
    configuration = session.configuration()
    assert configuration is not None
    assert configuration.init.local_api_endpoint.advertise_address == "192.0.2.10"
    assert load(session.yaml(), name="kubeadm.yaml")


def test_a_field_shows_in_the_text(session: Session) -> None:
    """A field that is given a text stands in the YAML at its place."""
    session.set_field(PODS, "10.244.0.0/16")
    assert yaml.safe_load_all(session.yaml())
    assert "podSubnet: 10.244.0.0/16" in session.yaml()
    place = session.place(PODS)
    assert place is not None
    assert session.yaml().splitlines()[place.line - 1].strip().startswith("podSubnet")


def test_an_emptied_field_leaves_the_text(session: Session) -> None:
    """A field without a text is not written, nor is what held it."""
    before = session.yaml()
    session.set_field(PODS, "10.244.0.0/16")
    session.set_field(PODS, "")
    assert session.yaml() == before


def test_the_text_shows_in_the_fields(session: Session) -> None:
    """A text that can be read fills the fields."""
    session.set_yaml(RICH)
    assert session.value("KubeletConfiguration.maxPods") == "200"
    assert session.value("apiServer.extraArgs") == "audit-log-path=-"
    assert session.value("timeouts.discovery") == "3m0s"
    assert session.yaml() == RICH


def test_what_the_form_does_not_know_survives(session: Session) -> None:
    """Editing a field keeps documents and fields that only the YAML can set."""
    session.set_yaml(RICH)
    session.set_field(PODS, "10.244.0.0/16")
    configuration = session.configuration()
    assert configuration is not None
    assert configuration.kubelet is not None
    assert configuration.kubelet["crashLoopBackOff"]["maxContainerRestartPeriod"] == "1m0s"
    source = configuration.cluster.api_server.extra_envs[0].value_from
    assert source["fieldRef"]["fieldPath"] == "spec.nodeName"


def test_a_text_that_cannot_be_read_is_kept_beside_the_last_good_one(session: Session) -> None:
    """Broken YAML stays word for word, says its line, and the fields keep what they had."""
    session.set_field(PODS, "10.244.0.0/16")
    broken = session.yaml() + "networking: [\n"
    session.set_yaml(broken)
    assert session.yaml() == broken
    assert session.is_broken
    assert session.value(PODS) == "10.244.0.0/16"
    assert session.syntax_problems()[0].line > 1
    assert session.configuration() is None


def test_a_field_edited_while_the_text_is_broken_is_laid_over_it(session: Session) -> None:
    """Both edits stand once the text can be read again."""
    session.set_yaml(RICH + "x: [")
    session.set_field(PODS, "10.244.0.0/16")
    session.set_yaml(RICH)
    assert session.value(PODS) == "10.244.0.0/16"
    assert session.value("KubeletConfiguration.maxPods") == "200"


def test_a_bad_text_of_a_field_is_kept_and_told(session: Session) -> None:
    """What can't be a port stays in the field, stands in the text, and names its field and line."""
    session.set_field(PORT, "six")
    assert session.value(PORT) == "six"
    [problem] = session.problems()
    assert problem.path == PORT
    assert "whole number" in problem.message
    assert "six" in session.yaml().splitlines()[problem.line - 1]


def test_an_unreadable_field_hides_no_other_problem(session: Session) -> None:
    """All that is wrong is told at once, whatever kind it is of."""
    session.set_field(PORT, "six")
    session.set_field(PODS, "10.96.0.0/16")
    assert {problem.path for problem in session.problems()} == {PORT, PODS}


@pytest.mark.parametrize(
    ("path", "text", "section"),
    [
        ("nodeRegistration.name", "Upper_Case", "node"),
        ("controlPlaneEndpoint", "a:b:c", "endpoint"),
        ("networking.serviceSubnet", "10.96.0.0", "networking"),
        ("apiServer.extraArgs", "insecure-port=0", "control-plane"),
        ("certificateValidityPeriod", "5 years", "certificates"),
        ("etcd.local.dataDir", "relative", "etcd"),
        ("nodeRegistration.criSocket", "tcp://1", "runtime"),
        ("imageRepository", "https://mirror", "images"),
        ("dns.imageTag", "!", "addons"),
        ("bootstrapTokens", "short ttl=24h", "tokens"),
    ],
)
def test_a_section_is_red_for_a_problem_of_its_own(
    session: Session, path: str, text: str, section: str
) -> None:
    """What is wrong in a field makes its section red, blocks the review and leaves others alone."""
    session.set_field(path, text)
    assert session.section_state(section) == "missing"
    assert session.section_state("review") == "missing"
    red = [one.name for one in sections.SECTIONS if session.section_state(one.name) == "missing"]
    assert red == [section, "review"]
    assert session.of_field(path, session.problems())


def test_a_guess_warns_and_blocks_nothing(session: Session) -> None:
    """A pod range that the machine already uses is yellow, and can be gone on with."""
    session.set_field(PODS, "172.17.0.0/16")
    assert session.section_state("networking") == "risky"
    assert session.configuration() is not None
    assert any("docker0" in warning.message for warning in session.warnings())


def test_no_endpoint_is_a_risk(session: Session) -> None:
    """Without an endpoint its section is yellow, also while something else is wrong."""
    assert session.section_state("endpoint") == "risky"
    session.set_field(PORT, "six")
    assert session.section_state("endpoint") == "risky"
    session.set_field("controlPlaneEndpoint", "cp.example:6443")
    assert session.section_state("endpoint") == "ok"


def test_etcd_elsewhere_and_back_loses_nothing(session: Session) -> None:
    """The settings of the one kind of etcd wait aside while the other is chosen."""
    session.set_field("etcd.local.dataDir", "/data/etcd")
    session.set_field("etcd", "external")
    session.set_field("etcd.external.endpoints", "https://192.0.2.7:2379")
    session.set_field("etcd", "local")
    assert session.value("etcd.local.dataDir") == "/data/etcd"
    session.set_field("etcd", "external")
    assert session.value("etcd.external.endpoints") == "https://192.0.2.7:2379"
    assert session.problems() == ()


def test_undo_takes_back_one_edit_at_a_time(session: Session) -> None:
    """Letters typed in one field are one edit; the one before it is another."""
    for text in ("a", "ab", "abc"):
        session.set_field("clusterName", text)
    session.set_field(PODS, "10.244.0.0/16")
    assert session.undo() == PODS
    assert (session.value("clusterName"), session.value(PODS)) == ("abc", "")
    assert session.undo() == "clusterName"
    assert session.value("clusterName") == ""
    assert session.undo() == ""


def test_an_import_is_one_edit(session: Session) -> None:
    """A file takes the place of everything, and undo brings everything back."""
    session.set_field("clusterName", "mine")
    session.import_text("site.yaml", RICH)
    assert session.value("clusterName") == ""
    assert session.source == "site.yaml"
    session.undo()
    assert session.value("clusterName") == "mine"


def test_listeners_hear_of_changes_only(session: Session) -> None:
    """A listener is called for a change, not for the same text again, and no more once it has ended."""
    heard: list[str] = []
    end = session.subscribe(lambda: heard.append(session.value("clusterName")))
    session.set_field("clusterName", "a")
    session.set_field("clusterName", "a")
    end()
    session.set_field("clusterName", "b")
    assert heard == ["a"]


def test_a_request_carries_text_and_options(session: Session) -> None:
    """What the engine is asked holds the configuration's text and how to run."""
    session.set_field("clusterName", "prod")
    session.set_field("--upload-certs", "true")
    request = session.request("rehearsal", "/tmp/x")  # noqa: S108
    assert request.config == session.yaml()
    assert (request.upload_certs, request.mode) == (True, "rehearsal")
    assert "upload" not in session.yaml()


def test_secrets_are_known_to_be_there(session: Session) -> None:
    """A text with a token or a key is told apart from one without."""
    assert not session.holds_secrets
    session.set_field("bootstrapTokens", "abcdef.0123456789abcdeg ttl=24h")
    assert session.holds_secrets


# texts and data

SAMPLES = {
    "args": "v=4\naudit-log-path=-",
    "envs": 'A=1\nB <- {"fieldRef": {"fieldPath": "spec.nodeName"}}',
    "volumes": "logs=/var/log/x:/logs:ro:DirectoryOrCreate\ncerts=/a:/b",
    "taints": "a=b:NoSchedule\nc:NoExecute",
    "tokens": "abcdef.0123456789abcdeg ttl=24h0m0s usages=signing,authentication 'description=for two'",
    "map": "cpu=100m\nmemory=1Gi",
    "gates": "A=true\nB=false",
    "list": "a.example\n10.0.0.1",
    "number": "42",
    "switch": "true",
    "duration": "1h",
    "text": "word",
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_text_and_its_data_agree(kind: str) -> None:
    """What a text stands for is shown as that text again."""
    assert texts.show(kind, texts.read(kind, SAMPLES[kind])) == SAMPLES[kind]  # type: ignore[arg-type]


def test_no_taint_at_all_can_be_written() -> None:
    """The word none is an empty list, which is something else than no list."""
    assert texts.read("taints", "none") == []
    assert texts.show("taints", []) == "none"
    assert texts.read("taints", "") is None


@given(st.text(max_size=40), st.sampled_from(sorted(SAMPLES)))
def test_no_text_is_refused(text: str, kind: str) -> None:
    """Whatever is typed becomes data, and that data can be shown."""
    assert isinstance(texts.show(kind, texts.read(kind, text)), str)  # type: ignore[arg-type]


PATHS = sorted(sections.fields())
WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "true",
            "6443",
            "10.244.0.0/16",
            "a=b",
            "a=b:c",
            "none",
            "external",
            "- x",
            "x: [",
            "null",
            "~",
        ]
    ),
)
EDITS = st.one_of(
    st.tuples(st.just("field"), st.sampled_from(PATHS), WORDS),
    st.tuples(
        st.just("yaml"),
        st.sampled_from([RICH, RICH + "x: [", "a: b", "- 1", "", "\t", "kind: x"]),
        WORDS,
    ),
    st.tuples(st.just("undo"), st.just(""), st.just("")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EDITS, max_size=12))
def test_no_sequence_of_edits_loses_text_or_fails(edits: list[tuple[str, str, str]]) -> None:
    """Right after an edit its text is there, whatever came before; judging never fails."""
    session = Session(FACTS)
    waiting: set[str] = set()
    for what, target, text in edits:
        if what == "field" and target != "etcd":
            session.set_field(target, text)
            waiting |= {target} if session.is_broken else set()
            assert session.value(target) == text
        elif what == "yaml":
            session.set_yaml(target + text)
            assert session.yaml() == target + text or (waiting and not session.is_broken)
            waiting = waiting if session.is_broken else set()
        else:
            session.undo()
            waiting = set(PATHS)
        session.problems()
        session.warnings()
        for one in sections.SECTIONS:
            session.section_state(one.name)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), WORDS), max_size=8))
def test_text_and_fields_are_in_step(edits: list[tuple[str, str]]) -> None:
    """The text that a form has written reads back as what the fields hold."""
    session = Session(FACTS)
    for path, text in edits:
        if path != "etcd" and text.isprintable():
            session.set_field(path, text)
    other = Session(FACTS, session.yaml())
    for path in PATHS:
        known = sections.fields()[path]
        if not known.is_option and path != "etcd":
            ours, theirs = session.value(path), other.value(path)
            assert texts.read(known.kind, ours) == texts.read(known.kind, theirs)


def test_documents_keep_their_order_and_strangers() -> None:
    """A document of another kind stays, and a new one takes its usual place."""
    text = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n"
    documents, _places = parse(text, "x")
    documents = put(documents, PODS, "10.0.0.0/16")
    assert [one["kind"] for one in documents] == ["JoinConfiguration", "ClusterConfiguration"]
    assert get(parse(write(documents), "x")[0], PODS) == "10.0.0.0/16"


# flags


def test_flags_are_completed_and_explained() -> None:
    """A begun flag is completed, the common ones first; a removed one brings its advice."""
    assert proposals("kube-apiserver", "enable-adm")[0].name == "enable-admission-plugins"
    assert proposals("kube-apiserver", "v=4") == ()
    known = about("kubelet", "node-ip=1.2.3.4")
    assert known is not None
    assert known.note
    gone = about("kube-scheduler", "port=0")
    assert gone is not None
    assert "secure-port" in gone.note


def test_the_session_loads_nothing_heavy() -> None:
    """Neither Textual nor the packages that only the engine needs are imported with it."""
    script = (
        "import json, sys, tui.session, tui.planner, tui.preview\n"
        "s = tui.session.Session(); s.problems(); s.warnings()\n"
        "print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    )
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    assert {"textual", "rich", "kubernetes", "cryptography"}.isdisjoint(json.loads(ended.stdout))


def test_it_tells_where_the_last_edit_was_typed(session: Session) -> None:
    """Typing in a field or in the text has a place; an action, an import and undo have none."""
    session.set_field("clusterName", "a", typed=True)
    assert (session.typed_in, session.edits) == ("clusterName", 1)
    session.set_field(PODS, "10.1.0.0/16")
    assert session.typed_in == ""
    session.set_yaml(START)
    assert session.typed_in == YAML
    session.undo()
    assert session.typed_in == ""
    session.import_text("x.yaml", START)
    assert (session.typed_in, session.edits) == ("", 5)


def test_a_machine_without_a_runtime_is_told() -> None:
    """The section is risky, not green, and its field says what to do; it stands in no one's way."""
    session = Session(replace(FACTS, cri_sockets=()))
    assert session.section_state("runtime") == "risky"
    (found,) = session.of_field("nodeRegistration.criSocket", session.warnings())
    assert "no container runtime was found" in found.message
    assert session.configuration() is not None
    assert Session(FACTS).section_state("runtime") == "ok"
