"""Mirrors: what each has to say, and how the flag lays one over a configuration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phases.model import flags
from phases.model.defaults import Surroundings, complete
from phases.model.images import control_plane_images
from phases.model.mirrors import mirrors
from phases.model.problem import Problems
from phases.model.types import DNS, ClusterConfiguration, Configuration


@pytest.mark.parametrize("name", list(mirrors()))
def test_a_mirror_is_whole(name: str) -> None:
    """Words for people, one repository, and copies of registries by their bare names."""
    mirror = mirrors()[name]
    assert mirror.title
    assert mirror.holds
    assert mirror.dns.startswith((mirror.repository, ""))
    for text in (mirror.repository, *mirror.hosts, *mirror.hosts.values()):
        assert "://" not in text
        assert not text.endswith("/")


@pytest.mark.parametrize(
    ("name", "coredns"),
    [
        ("aliyun", "registry.aliyuncs.com/google_containers/coredns"),
        ("daocloud", "k8s.m.daocloud.io/coredns/coredns"),
    ],
)
def test_images_of_a_mirror(name: str, coredns: str) -> None:
    """All come from it; CoreDNS lies where this mirror has it."""
    given = flags.apply(Configuration(), {"image-mirror": name}, config_given=True)
    images = control_plane_images(complete(given, Surroundings("m", "10.0.0.1")))
    assert {image.repository for image in images if image.component == "coredns"} == {coredns}
    assert all(image.repository.startswith(mirrors()[name].repository) for image in images)


def test_a_mirror_leaves_the_rest_of_dns_alone() -> None:
    """A tag that was given stays."""
    cluster = replace(ClusterConfiguration(), dns=DNS(image_tag="v1"))
    given = flags.apply(
        Configuration(cluster=cluster), {"image-mirror": "aliyun"}, config_given=True
    )
    assert given.cluster.dns.image_tag == "v1"


@pytest.mark.parametrize(
    ("name", "repository", "words"),
    [
        ("nowhere", "", "no mirror is called nowhere"),
        ("aliyun", "mine.example", "beside an imageRepository"),
    ],
)
def test_a_mirror_that_cannot_be_taken(name: str, repository: str, words: str) -> None:
    """An unknown one, and one beside a repository of one's own."""
    cluster = replace(ClusterConfiguration(), image_repository=repository)
    with pytest.raises(Problems, match=words):
        flags.apply(Configuration(cluster=cluster), {"image-mirror": name}, config_given=True)
