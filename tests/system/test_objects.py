"""The stand-in store answers as an API server does."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from phases.system.objects import Objects, merged, selected
from phases.system.ports import ClusterError, Object, Ref

SETTINGS = Ref("v1", "ConfigMap", "settings", "kube-system")
NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


def settings(data: dict[str, str], **meta: Any) -> Object:
    metadata = {"name": "settings", "namespace": "kube-system", **meta}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


@pytest.fixture
def objects() -> Objects:
    return Objects("", lambda: NOW)


def test_create(objects: Objects) -> None:
    """A new object gets an id, a version and its time of birth, and is found again."""
    made = objects.create(settings({"a": "1"}))
    assert made["metadata"]["uid"]
    assert made["metadata"]["creationTimestamp"] == "2026-11-24T12:30:00Z"
    assert int(made["metadata"]["resourceVersion"]) > 0
    assert objects.get(SETTINGS) == made


def test_what_is_there_is_not_created_again(objects: Objects) -> None:
    """The second creation is refused in the server's words."""
    objects.create(settings({}))
    with pytest.raises(ClusterError) as caught:
        objects.create(settings({}))
    error = caught.value
    assert (error.status, error.reason) == (409, "AlreadyExists")
    assert error.message == 'configmaps "settings" already exists'


def test_what_is_missing(objects: Objects) -> None:
    """Getting gives nothing; changing and deleting are refused."""
    assert objects.get(SETTINGS) is None
    for attempt in (
        lambda: objects.replace(settings({})),
        lambda: objects.patch(SETTINGS, {}),
        lambda: objects.delete(SETTINGS),
    ):
        with pytest.raises(ClusterError) as caught:
            attempt()
        assert (caught.value.status, caught.value.reason) == (404, "NotFound")


def test_replace_keeps_identity(objects: Objects) -> None:
    """A replaced object has its old id and birth, the new content and a higher version."""
    made = objects.create(settings({"a": "1"}))
    changed = objects.replace(settings({"b": "2"}))
    assert changed["data"] == {"b": "2"}
    assert changed["metadata"]["uid"] == made["metadata"]["uid"]
    assert int(changed["metadata"]["resourceVersion"]) > int(made["metadata"]["resourceVersion"])


def test_a_change_to_nothing_is_none(objects: Objects) -> None:
    """Replacing an object by its equal keeps the version."""
    made = objects.create(settings({"a": "1"}))
    assert objects.replace(settings({"a": "1"})) == made


def test_an_outdated_version_conflicts(objects: Objects) -> None:
    """Who has read an older version may not overwrite the newer one."""
    made = objects.create(settings({"a": "1"}))
    objects.replace(settings({"a": "2"}))
    with pytest.raises(ClusterError) as caught:
        objects.replace({**made, "data": {"a": "3"}})
    assert (caught.value.status, caught.value.reason) == (409, "Conflict")


def test_patch(objects: Objects) -> None:
    """A merge patch adds, changes and, with null, removes."""
    objects.create(settings({"a": "1", "b": "2"}))
    changed = objects.patch(SETTINGS, {"data": {"a": None, "b": "3", "c": "4"}})
    assert changed["data"] == {"b": "3", "c": "4"}


@pytest.mark.parametrize(
    ("target", "change", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch(target: Any, change: Any, expected: Any) -> None:
    """The cases of RFC 7386, appendix A."""
    assert merged(target, change) == expected


def test_answers_are_copies(objects: Objects) -> None:
    """Changing what was given or what was answered doesn't change the store."""
    data = {"a": "1"}
    made = objects.create(settings(data))
    data["a"] = "2"
    made["data"]["a"] = "3"
    found = objects.get(SETTINGS)
    assert found is not None
    assert found["data"] == {"a": "1"}


def test_a_namespace_must_be_there(objects: Objects) -> None:
    """Nothing is created in a namespace that doesn't exist, or without one it needs."""
    with pytest.raises(ClusterError, match='namespaces "nowhere" not found'):
        objects.create(settings({}, namespace="nowhere"))
    with pytest.raises(ClusterError, match="a namespace is needed"):
        objects.create(settings({}, namespace=""))


def test_unknown_kinds(objects: Objects) -> None:
    """A kind that isn't in the table is not found."""
    with pytest.raises(ClusterError, match="no kind Gadget"):
        objects.list("example.com/v1", "Gadget")


def test_list(objects: Objects) -> None:
    """Objects come in order, of one namespace or of all, chosen by labels."""
    for namespace, name in (("kube-system", "b"), ("kube-system", "a"), ("default", "c")):
        objects.create(settings({}, namespace=namespace, name=name, labels={"is": name}))

    def names(**how: str) -> list[str]:
        return [one["metadata"]["name"] for one in objects.list("v1", "ConfigMap", **how)]

    assert names() == ["c", "a", "b"]
    assert names(namespace="kube-system") == ["a", "b"]
    assert names(selector="is=b") == ["b"]
    assert objects.list("v1", "Secret") == ()


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", True),
        ("app=dns", True),
        ("app==dns", True),
        ("app=web", False),
        ("app!=web", True),
        ("app!=dns", False),
        ("tier", True),
        ("other", False),
        ("!other", True),
        ("!tier", False),
        ("app=dns, tier=", True),
        ("app=dns,tier=x", False),
    ],
)
def test_selectors(selector: str, expected: bool) -> None:
    """Equality, inequality, presence and absence of labels, all of them at once."""
    thing = {"metadata": {"labels": {"app": "dns", "tier": ""}}}
    assert selected(thing, selector) is expected


def test_string_data_becomes_data(objects: Objects) -> None:
    """A Secret's stringData is stored encoded, as the server does."""
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": "default"},
        "data": {"a": "MQ=="},
        "stringData": {"b": "2"},
    }
    made = objects.create(secret)
    assert made["data"] == {"a": "MQ==", "b": "Mg=="}
    assert "stringData" not in made


def test_objects_are_files(tmp_path: Path) -> None:
    """A second store in the same folder has the objects, versions and ids of the first."""
    first = Objects(str(tmp_path / "objects"), lambda: NOW)
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "system:coredns/x"},
    }
    made = [first.create(settings({"a": "1"})), first.create(role)]
    second = Objects(str(tmp_path / "objects"), lambda: NOW)
    assert [second.get(Ref.of(one)) for one in made] == made
    changed = second.replace(settings({"a": "2"}))
    assert int(changed["metadata"]["resourceVersion"]) > int(made[1]["metadata"]["resourceVersion"])
    second.delete(SETTINGS)
    assert Objects(str(tmp_path / "objects"), lambda: NOW).get(SETTINGS) is None


def test_the_files_are_nobody_elses(tmp_path: Path) -> None:
    """Objects hold secrets: files 0600 in a folder 0700."""
    Objects(str(tmp_path / "objects"), lambda: NOW).create(settings({}))
    modes = {child.stat().st_mode & 0o777 for child in (tmp_path / "objects").iterdir()}
    assert modes == {0o600}
    assert (tmp_path / "objects").stat().st_mode & 0o777 == 0o700


def test_threads_do_not_lose_changes(objects: Objects) -> None:
    """Many patches at once all count."""
    objects.create(settings({}))

    def work(k: int) -> None:
        objects.patch(SETTINGS, {"data": {f"key{k}": "x"}})

    threads = [threading.Thread(target=work, args=(k,)) for k in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = objects.get(SETTINGS)
    assert found is not None
    assert len(found["data"]) == 20
