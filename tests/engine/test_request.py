"""What travels between front end and engine: the request, the configuration it resolves to, the handover."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phases.engine.errors import ConfigurationError
from phases.engine.handover import Handover
from phases.engine.request import Request
from phases.engine.resolve import resolve
from phases.model.secret import Secret
from tests.engine.bench import documents
from tests.fakes import FakeHost

TEXT = st.text(max_size=8)
NAMES = st.lists(TEXT, max_size=2).map(tuple)
REQUESTS = st.builds(
    Request,
    workflow=TEXT,
    config=st.none() | TEXT,
    config_name=TEXT,
    flags=st.dictionaries(TEXT, TEXT | st.integers() | st.booleans() | st.lists(TEXT)),
    only=NAMES,
    start_from=TEXT,
    upload_certs=st.booleans(),
    csr_only=st.booleans(),
    mode=st.sampled_from(["real", "rehearsal", "dry-run"]),
    folder=TEXT,
    regardless=st.booleans(),
    probe=st.booleans(),
    image_archives=NAMES,
    registry_auth=st.builds(Secret, TEXT),
)


@given(REQUESTS)
def test_a_request_arrives_as_it_was_sent(request: Request) -> None:
    """Every field survives the way through the pipe."""
    assert Request.from_json(request.to_json()) == request


def test_a_request_does_not_show_its_logins() -> None:
    """Whatever prints a request shows none of the registries' passwords."""
    assert "hunter2" not in repr(Request(registry_auth=Secret("hunter2")))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", "{}", '{"mode": "real", "mood": "bright"}']
)
def test_what_is_no_request_is_refused(text: str) -> None:
    """Garbage on the pipe is a usage error in a sentence."""
    with pytest.raises(ConfigurationError) as caught:
        Request.from_json(text)
    assert (caught.value.exit_code, caught.value.code) == (2, "bad-request")


def test_a_file_is_completed() -> None:
    """The machine's facts fill in what the file leaves open."""
    resolved = resolve(Request(config=documents()), FakeHost())
    assert resolved.configuration.init.node_registration.name == "master"
    assert resolved.configuration.init.local_api_endpoint.advertise_address == "192.0.2.10"
    assert resolved.configuration.cluster.encryption_algorithm == "ECDSA-P256"


def test_flags_stand_without_a_file() -> None:
    """Without a file the flags alone make the configuration."""
    flags = {"node-name": "n1", "service-cidr": "10.1.0.0/16"}
    resolved = resolve(Request(flags=flags), FakeHost())
    assert resolved.configuration.init.node_registration.name == "n1"
    assert resolved.configuration.cluster.networking.service_subnet == "10.1.0.0/16"


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request(config="", config_name="k.yaml"), ["k.yaml"]),
        (Request(config="# nothing\n", config_name="k.yaml"), ["k.yaml"]),
        (Request(config=documents("podSubnett: 1"), config_name="k.yaml"), ["k.yaml:4", "podSub"]),
        (
            Request(config=documents("networking: {serviceSubnet: a, podSubnet: b}")),
            ["2 problems", "serviceSubnet", "podSubnet"],
        ),
        (
            Request(config=documents("kubernetesVersion: v1.2.3"), config_name="k.yaml"),
            ["k.yaml:4:20", "v1.2.3"],
        ),
        (Request(flags={"token-ttl": "soon"}), ["token-ttl"]),
        (Request(config=documents(), flags={"node-name": "n"}), []),
    ],
)
def test_every_problem_is_told_at_once(request_: Request, words: list[str]) -> None:
    """Problems become one error that names file, line and field of each; an empty file is one too."""
    if not words:
        resolve(request_, FakeHost())
        return
    with pytest.raises(ConfigurationError) as caught:
        resolve(request_, FakeHost())
    assert caught.value.exit_code == 2
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_found_runtime_is_taken() -> None:
    """The one CRI socket that is there is the default."""
    host = FakeHost()
    host.listening.add("/var/run/crio/crio.sock")
    registration = resolve(Request(), host).configuration.init.node_registration
    assert registration.cri_socket == "unix:///var/run/crio/crio.sock"


def test_a_handover_grows(tmp_path: Path) -> None:
    """What phases hand over adds up in a file that only its owner reads."""
    path = tmp_path / "runs" / "2" / "handover.json"
    path.parent.mkdir(parents=True)
    handover = Handover(path)
    handover.add({"certificate_key": "k"})
    handover.add({"worker": "join"})
    assert (
        json.loads(path.read_text()) == handover.data == {"certificate_key": "k", "worker": "join"}
    )
    assert path.stat().st_mode & 0o777 == 0o600


def test_earlier_handovers_are_known(tmp_path: Path) -> None:
    """The latest word of earlier runs counts; one that was torn is passed over."""
    runs = tmp_path / "runs"
    for name, text in (
        ("1", '{"certificate_key": "old", "worker": "w"}'),
        ("2", '{"certificate_key": "new"}'),
        ("3", '{"certificate_k'),
        ("4", "[]"),
    ):
        (runs / name).mkdir(parents=True)
        (runs / name / "handover.json").write_text(text)
    handover = Handover(runs / "5" / "handover.json")
    assert dict(handover.before) == {"certificate_key": "new", "worker": "w"}
    assert dict(handover.data) == {}
