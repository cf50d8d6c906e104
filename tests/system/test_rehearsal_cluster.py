"""The rehearsal's cluster: silent before the kubelet, then a Node, and a signed cluster-info."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from phases.system.jws import detached
from phases.system.ports import ClusterError, Object, Ref
from phases.system.rehearsal_cluster import CLUSTER_INFO
from tests.fakes import FakeClock, FakeCluster


def token(name: str, secret: str, **fields: str) -> Object:
    words = {
        "token-id": name,
        "token-secret": secret,
        "usage-bootstrap-signing": "true",
        **fields,
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"bootstrap-token-{name}", "namespace": "kube-system"},
        "type": "bootstrap.kubernetes.io/token",
        "data": {key: base64.b64encode(word.encode()).decode() for key, word in words.items()},
    }


def cluster_info(content: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "cluster-info", "namespace": "kube-public"},
        "data": {"kubeconfig": content},
    }


def info(cluster: FakeCluster) -> dict[str, Any]:
    found = cluster.get(CLUSTER_INFO)
    assert found is not None
    return dict(found["data"])


@pytest.mark.parametrize(
    ("content", "secret", "signature"),
    [
        (
            "Hello from the other side. I must have called a thousand times.",
            "my voice is my passcode",
            "VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8",
        ),
        ("", "my voice is my passcode", "7Ui1ALizW4jXphVUB7xUqC9vLYLL9RZeOFfVLoB7Tgk"),
    ],
)
def test_signatures_are_those_of_the_real_signer(content: str, secret: str, signature: str) -> None:
    """The detached JWS equals what Kubernetes' own signer makes of the same words."""
    header = "eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9"
    assert detached(content, "joshua", secret) == f"{header}..{signature}"


def test_no_answer_before_the_kubelet() -> None:
    """Every call is unreachable while there would be no API server."""
    cluster = FakeCluster()
    cluster.up = False
    ref = Ref("v1", "Node", "master")
    for attempt in (
        lambda: cluster.fetch("/livez"),
        lambda: cluster.get(ref),
        lambda: cluster.list("v1", "Node"),
        lambda: cluster.create(cluster_info("x")),
        lambda: cluster.replace(cluster_info("x")),
        lambda: cluster.patch(ref, {}),
        lambda: cluster.delete(ref),
    ):
        with pytest.raises(ClusterError) as caught:
            attempt()
        assert (caught.value.status, caught.value.reason) == (0, "Unreachable")


def test_the_node_registers_itself() -> None:
    """A Node with a kubelet's labels is there, is not ready, and says that it is a stand-in."""
    node = FakeCluster().get(Ref("v1", "Node", "master"))
    assert node is not None
    assert node["metadata"]["labels"]["kubernetes.io/hostname"] == "master"
    assert "stand-in" in node["metadata"]["annotations"]["kubeboot/rehearsal"]
    assert node["status"]["conditions"][0]["status"] == "False"
    assert node["status"]["addresses"][0]["address"] == "192.0.2.10"


def test_health() -> None:
    """Health paths answer ok, all others aren't there."""
    cluster = FakeCluster()
    assert (cluster.fetch("/livez?verbose").status, cluster.fetch("/readyz").body) == (200, "ok")
    assert cluster.fetch("/metrics").status == 404


def test_cluster_info_is_signed_for_each_token() -> None:
    """Tokens that may sign do, in whichever order they and the ConfigMap come."""
    cluster = FakeCluster()
    cluster.create(token("aaaaaa", "s" * 16))
    cluster.create(cluster_info("content"))
    cluster.create(token("bbbbbb", "t" * 16))
    assert info(cluster) == {
        "kubeconfig": "content",
        "jws-kubeconfig-aaaaaa": detached("content", "aaaaaa", "s" * 16),
        "jws-kubeconfig-bbbbbb": detached("content", "bbbbbb", "t" * 16),
    }


def test_signatures_follow_the_content_and_the_tokens() -> None:
    """A new content is signed anew, a deleted token's signature goes."""
    cluster = FakeCluster()
    cluster.create(cluster_info("content"))
    cluster.create(token("aaaaaa", "s" * 16))
    cluster.patch(CLUSTER_INFO, {"data": {"kubeconfig": "other"}})
    assert info(cluster)["jws-kubeconfig-aaaaaa"] == detached("other", "aaaaaa", "s" * 16)
    cluster.delete(Ref("v1", "Secret", "bootstrap-token-aaaaaa", "kube-system"))
    assert info(cluster) == {"kubeconfig": "other"}


def test_who_may_not_sign() -> None:
    """Tokens without that usage, tokens that have run out and other Secrets sign nothing."""
    clock = FakeClock()
    cluster = FakeCluster(clock)
    hour = timedelta(hours=1)
    cluster.create(cluster_info("content"))
    cluster.create(token("aaaaaa", "s" * 16, **{"usage-bootstrap-signing": "false"}))
    cluster.create(token("bbbbbb", "s" * 16, expiration=(clock.now() - hour).isoformat()))
    cluster.create({**token("cccccc", "s" * 16), "type": "Opaque"})
    cluster.create(token("dddddd", "s" * 16, expiration=(clock.now() + hour).isoformat()))
    assert set(info(cluster)) == {"kubeconfig", "jws-kubeconfig-dddddd"}
