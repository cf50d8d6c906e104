"""Checks of whether missing images can be had."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phases.checks.together import look
from phases.engine.context import Options
from phases.model.images import control_plane_images
from phases.model.registry_login import Login, Logins
from phases.model.secret import Secret
from phases.model.types import PullPolicy
from tests.checks.bench import LOCAL, Bench, ready_runtime
from tests.fakes import FakeRuntime

IMAGES = [str(image) for image in control_plane_images(LOCAL)]
HOSTS = "/etc/containerd/certs.d/registry.k8s.io/hosts.toml"
MIRROR = """\
server = "https://registry.k8s.io"
[host."https://mirror.example"]
  capabilities = ["pull", "resolve"]
[host."https://push.example"]
  capabilities = ["push"]
[host."https://odd.example/images"]
  override_path = true
"""


def asked(bench: Bench) -> set[str]:
    return {url for url, _proxy in bench.host.sought}


def test_every_missing_image_is_asked_for(bench: Bench) -> None:
    """By its manifest, at the registry that it is named after."""
    assert not bench.findings("Registry")
    assert len(bench.host.sought) == len(IMAGES)
    assert "https://registry.k8s.io/v2/coredns/coredns/manifests/v1.14.6" in asked(bench)


def test_images_that_are_here(bench: Bench) -> None:
    """Nobody is asked for what is here already."""
    bench.runtime = FakeRuntime(*IMAGES)
    assert not bench.findings("Registry")
    assert not bench.host.sought


def test_only_the_missing_one(bench: Bench) -> None:
    """And only for what isn't."""
    bench.runtime = FakeRuntime(*IMAGES[1:])
    bench.findings("Registry")
    assert asked(bench) == {"https://registry.k8s.io/v2/kube-apiserver/manifests/v1.37.2"}


def test_without_a_runtime(bench: Bench) -> None:
    """Where no runtime answers, none is here."""
    bench.runtime.down = "no such socket"
    bench.findings("Registry")
    assert len(bench.host.sought) == len(IMAGES)


def test_what_archives_bring_isn_t_asked_for(bench: Bench) -> None:
    """What is in them is known once they are imported."""
    bench.options = Options(image_archives=("/a.tar",))
    assert not bench.findings("Registry")
    assert not bench.host.sought


def test_a_login_is_the_runtimes_to_use(bench: Bench) -> None:
    """Images that come by a login aren't asked for without it."""
    bench.options = Options(logins=Logins({"registry.k8s.io/coredns": Login("anna", Secret("x"))}))
    assert not bench.findings("Registry")
    assert len(bench.host.sought) == len(IMAGES) - 1


def policy(bench: Bench, word: PullPolicy) -> None:
    registration = replace(LOCAL.init.node_registration, image_pull_policy=word)
    bench.init(node_registration=registration)


def test_nothing_is_pulled(bench: Bench) -> None:
    """Neither in a rehearsal, nor where it is forbidden."""
    policy(bench, "Never")
    assert not bench.findings("Registry")
    policy(bench, "IfNotPresent")
    bench.options = Options(mode="rehearsal")
    assert not bench.findings("Registry")
    assert not bench.host.sought


def test_no_answer(bench: Bench) -> None:
    """A registry that can't be reached is worth one warning, with the reason and all its images."""
    bench.host.manifests["https://registry.k8s.io"] = OSError("Name or service not known")
    finding = bench.finding("Registry")
    assert finding.level == "warning"
    assert finding.found == (
        "registry.k8s.io can't be reached (Name or service not known), and 7 images are missing"
    )
    assert finding.facts == {"registry": "registry.k8s.io", "images": IMAGES}


@pytest.mark.parametrize("code", [2, 124])
def test_no_name(bench: Bench, code: int) -> None:
    """A name that can't be resolved, or not in time, isn't gone on with; it is looked up once."""
    bench.host.answer("getent ahosts registry.k8s.io", code=code)
    found = next(iter(look(bench.context(), [bench.check("Registry")])))[1]
    assert [each.level for each in found] == ["warning"]
    assert "registry.k8s.io can't be resolved" in found[0].found
    assert not bench.host.sought
    assert bench.host.probed.count(("getent", "ahosts", "registry.k8s.io")) == 1


def test_no_such_image(bench: Bench) -> None:
    """A registry that says it has no such image is an error that names it."""
    bench.host.manifests["https://registry.k8s.io/v2/etcd/"] = 404
    finding = bench.finding("Registry")
    assert finding.level == "error"
    assert finding.found == "registry.k8s.io has no registry.k8s.io/etcd:3.7.0-0"


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_another_answer(bench: Bench, status: int) -> None:
    """A registry that wants credentials, or patience, is worth a warning."""
    bench.host.manifests["https://registry.k8s.io/v2/pause/"] = status
    finding = bench.finding("Registry")
    assert (finding.level, finding.facts["images"]) == ("warning", [IMAGES[-2]])
    assert f"answers {status}" in finding.found


def test_without_a_way_out(bench: Bench) -> None:
    """A machine without a route asks nobody, and says that images are missing."""
    bench.facts(default_address="")
    assert "there is no default route" in bench.finding("Registry").found
    assert not bench.host.sought


def test_mirrors(bench: Bench) -> None:
    """Those that containerd is told of are asked, in order, until one has it."""
    bench.runtime = FakeRuntime(*IMAGES[1:])
    bench.facts(default_address="")
    bench.plant(HOSTS, MIRROR)
    bench.host.manifests["https://mirror.example"] = 404
    assert not bench.findings("Registry")
    assert [url for url, _proxy in bench.host.sought] == [
        "https://mirror.example/v2/kube-apiserver/manifests/v1.37.2?ns=registry.k8s.io",
        "https://odd.example/images/kube-apiserver/manifests/v1.37.2?ns=registry.k8s.io",
    ]


def test_a_mirror_that_says_nothing(bench: Bench) -> None:
    """It may have what the others haven't: so that is no error."""
    bench.runtime = FakeRuntime(*IMAGES[1:])
    bench.plant(HOSTS, MIRROR)
    bench.host.manifests |= {"https": 404, "https://mirror.example": OSError("timed out")}
    assert "timed out" in bench.finding("Registry").found
    assert bench.level("Registry") == "warning"
    bench.host.manifests["https://mirror.example"] = 404
    assert bench.level("Registry") == "error"


def test_a_broken_hosts_file(bench: Bench) -> None:
    """What can't be read names no mirror."""
    bench.plant(HOSTS, "= nonsense")
    bench.findings("Registry")
    assert all(url.startswith("https://registry.k8s.io/v2/") for url in asked(bench))


@pytest.mark.parametrize(
    ("repository", "begins"),
    [
        ("registry.example:5000/k8s", "https://registry.example:5000/v2/k8s/pause/"),
        ("localhost:5000", "http://localhost:5000/v2/pause/"),
        ("docker.io/mirror", "https://registry-1.docker.io/v2/mirror/pause/"),
    ],
)
def test_other_registries(bench: Bench, repository: str, begins: str) -> None:
    """A registry may have a port and a path, be this machine's own, or Docker's by its short name."""
    bench.runtime = ready_runtime()
    bench.cluster(image_repository=repository)
    bench.findings("Registry")
    assert any(url.startswith(begins) for url in asked(bench))


@pytest.mark.parametrize(
    ("no_proxy", "proxy"), [("", "http://me:secret@proxy:3128"), (".k8s.io", "")]
)
def test_proxy(bench: Bench, no_proxy: str, proxy: str) -> None:
    """The way to it is that of the environment, credentials and all, which aren't shown."""
    bench.options = Options(
        environment={"HTTPS_PROXY": "http://me:secret@proxy:3128", "NO_PROXY": no_proxy}
    )
    bench.host.manifests[""] = OSError("refused")
    assert "secret" not in str(bench.findings("Registry"))
    assert {way for _url, way in bench.host.sought} == {proxy}
