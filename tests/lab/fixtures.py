"""The lab for pytest: fixtures, and what becomes of lab tests where the lab can't work.

A test folder elsewhere gets them with `pytest_plugins = ["tests.lab.fixtures"]` in the topmost
conftest.py; in this folder conftest.py brings them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import pytest

from . import host
from .errors import MissingError
from .lab import Lab
from .node import Node
from .registry import Registry

REQUIRED = "KUBEBOOT_LAB_REQUIRED"


@pytest.fixture(scope="session")
def lab_host() -> None:
    """This machine, fit for the lab. Otherwise the test is skipped, or fails where it must run."""
    try:
        host.require()
    except MissingError as missing:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, but: {missing}", pytrace=False)
        pytest.skip(f"{missing} ({REQUIRED}=1 makes this a failure)")


@pytest.fixture(scope="session")
def lab(lab_host: None) -> Iterator[Lab]:
    """The lab of this session; every node it still has is gone at the end."""
    with closing(Lab()) as session:
        yield session


@pytest.fixture
def node(lab: Lab) -> Iterator[Node]:
    """A node that nothing is bootstrapped on: no images, ip_forward off, the kubelet disabled."""
    with lab.nodes(1) as (only,):
        yield only


@pytest.fixture
def ready_node(lab: Lab) -> Iterator[Node]:
    """A node with all images that kubeadm has nothing to say against."""
    with lab.nodes(1, ready=True) as (only,):
        yield only


@pytest.fixture
def bare_node(lab: Lab) -> Iterator[Node]:
    """A node without anything of Kubernetes, in reach of the lab's internet."""
    with lab.nodes(1, bare=True) as (only,):
        yield only


@pytest.fixture(scope="session")
def registry(lab_host: None) -> Iterator[Registry]:
    """The lab's registry; a node pulls from it if it is booted with `registry=True`."""
    with closing(Registry()) as hold:
        yield hold
