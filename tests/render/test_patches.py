"""Patch files: which count, in what order, and what each kind of patch does.

Whole files patched by the real kubeadm are compared in the tests of static pods, kubelet and objects.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from phases.render import json_patch, patches, strategic_merge
from phases.render.strategic_merge import NO_KEYS, POD_KEYS, MergeError
from tests.render.cases import Case


def test_files_of_a_folder() -> None:
    """Files in folders below count too; other names and empty files are ignored with a reason."""
    found = Case("patched").patches
    assert [(each.file, each.target, each.kind) for each in found.patches] == [
        ("corednsdeployment+strategic.yaml", "corednsdeployment", "strategic"),
        ("deeper/etcdmore.foo+json.yaml", "etcd", "strategic"),
        ("etcd+json.yaml", "etcd", "json"),
        ("kube-apiserver0+strategic.yaml", "kube-apiserver", "strategic"),
        ("kube-apiserver0+strategic.yaml", "kube-apiserver", "strategic"),
        ("kube-apiserver1+json.json", "kube-apiserver", "json"),
        ("kube-controller-manager+merge.yaml", "kube-controller-manager", "merge"),
        ("kube-scheduler.yaml", "kube-scheduler", "strategic"),
        ("kubeletconfiguration.yaml", "kubeletconfiguration", "strategic"),
        ("kubeproxydaemonset.json", "kubeproxydaemonset", "strategic"),
    ]
    assert [name for name, _ in found.ignored] == ["README.md", "etcd9.yaml", "nothing.yaml"]


@pytest.mark.parametrize("name", ["etcd+.yaml", "etcd0+jsn.yaml", "etcd++json.yaml"])
def test_an_unknown_type_is_an_error(name: str) -> None:
    """What stands behind + must be a type that exists."""
    with pytest.raises(patches.PatchError, match="json, merge or strategic"):
        patches.read({name: b"a: b"})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("etcd.yaml", b"a: [", "not YAML"),
        ("etcd.yaml", b"\xff\xfe", "UTF-16"),
        ("etcd.yaml", b"a: &x 1", "anchors"),
        ("etcd+json.yaml", b"a: b", "a list of operations"),
        ("etcd.yaml", b"[1]", "is a map"),
        ("etcd+merge.yaml", b"[1]", "leaves no object"),
        ("etcd+json.yaml", b"[{op: remove, path: /gone}]", "there is no /gone"),
        ("etcd.yaml", b"{$patch: what}", "neither replace nor delete"),
    ],
)
def test_a_bad_patch_names_its_file(name: str, content: bytes, words: str) -> None:
    """Whatever can't be read or applied is one PatchError with the file's name and the reason."""
    with pytest.raises(patches.PatchError) as caught:
        patches.read({name: content}).apply("etcd", {"kind": "Pod"})
    assert name in str(caught.value)
    assert words in str(caught.value)


def test_words_mean_what_go_takes_them_for() -> None:
    """Bare words in a patch are read as sigs.k8s.io/yaml reads them; quoted ones are text."""
    text = b"{a: yes, b: 'yes', c: 010, d: 1_000, e: 0x10, f: ~, g: 1.5, h: 1.2.3, i: '5', j: .inf}"
    (patch,) = patches.read({"etcd.yaml": text}).patches
    assert patch.change == {
        "a": True,
        "b": "yes",
        "c": 8,
        "d": 1000,
        "e": 16,
        "f": None,
        "g": 1.5,
        "h": "1.2.3",
        "i": "5",
        "j": float("inf"),
    }


def container(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, **fields}


A, B, C = container("a"), container("b"), container("c")

MERGES: list[tuple[Any, Any, Any]] = [
    ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": None, "e": 4}}, {"a": 1, "b": {"d": 3, "e": 4}}),
    ({"a": 1}, {"b": None, "c": {"d": None}}, {"a": 1, "c": {}}),
    ({"a": {"b": 1}}, {"a": "text"}, {"a": "text"}),
    ({"a": {"b": 1}}, {"a": {"$patch": "replace", "c": 2}}, {"a": {"c": 2}}),
    ({"a": {"b": 1}}, {"a": {"$patch": "delete"}}, {"a": {}}),
    ({"x": 1}, {"a": {"$patch": "delete"}, "b": {"$patch": "replace", "c": 1}}, {"x": 1}),
    ({"x": [1, 2]}, {"x": [3]}, {"x": [3]}),
    ({"finalizers": ["a", "b"]}, {"finalizers": ["c", "a"]}, {"finalizers": ["c", "a", "b"]}),
    (
        {"finalizers": ["a", "b"]},
        {"$deleteFromPrimitiveList/finalizers": ["a"]},
        {"finalizers": ["b"]},
    ),
    ({"containers": [A, B]}, {"containers": [C]}, {"containers": [C, A, B]}),
    (
        {"containers": [A, B]},
        {"containers": [container("b", image="x")]},
        {"containers": [A, container("b", image="x")]},
    ),
    (
        {"containers": [A, B]},
        {"containers": [{"name": "a", "$patch": "delete"}, C]},
        {"containers": [C, B]},
    ),
    (
        {"containers": [A, B]},
        {"containers": [{"$patch": "replace"}, C]},
        {"containers": [C]},
    ),
    (
        {"containers": [A, B]},
        {"$setElementOrder/containers": [C, B, A], "containers": [C]},
        {"containers": [C, B, A]},
    ),
    ({"containers": [A, B]}, {"$setElementOrder/containers": [B, A]}, {"containers": [B, A]}),
    ({}, {"$setElementOrder/containers": [A]}, {}),
    (
        {"strategy": {"type": "A", "rollingUpdate": {}}},
        {"strategy": {"$retainKeys": ["type"], "type": "B"}},
        {"strategy": {"type": "B"}},
    ),
    (
        {"volumes": [{"name": "v", "hostPath": {"path": "/a"}}]},
        {"volumes": [{"name": "v", "$retainKeys": ["name", "emptyDir"], "emptyDir": {}}]},
        {"volumes": [{"name": "v", "emptyDir": {}}]},
    ),
    (
        {"containers": [container("a", env=[{"name": "X", "value": "1"}])]},
        {"containers": [container("a", env=[{"name": "X", "value": None, "valueFrom": {}}])]},
        {"containers": [container("a", env=[{"name": "X", "valueFrom": {}}])]},
    ),
    (
        {"volumeMounts": [{"name": "v", "mountPath": "/a"}]},
        {"volumeMounts": [{"name": "v", "mountPath": "/b"}]},
        {"volumeMounts": [{"name": "v", "mountPath": "/b"}, {"name": "v", "mountPath": "/a"}]},
    ),
    (
        {"tolerations": [{"key": "a"}]},
        {"tolerations": [{"key": "b"}]},
        {"tolerations": [{"key": "b"}]},
    ),
]


@pytest.mark.parametrize(("original", "patch", "expected"), MERGES)
def test_strategic_merge(original: Any, patch: Any, expected: Any) -> None:
    """Maps merge, keyed lists merge by their key, directives work, and nothing given is changed."""
    before = json.dumps([original, patch])
    assert strategic_merge.merge(original, patch, POD_KEYS) == expected
    assert json.dumps([original, patch]) == before


def test_lists_without_a_key_table_are_replaced() -> None:
    """A kubelet's configuration has no list that merges."""
    merged = strategic_merge.merge({"env": [{"name": "a"}]}, {"env": [{"name": "b"}]}, NO_KEYS)
    assert merged == {"env": [{"name": "b"}]}


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ({"containers": [{"image": "x"}]}, "no 'name'"),
        ({"containers": ["text"]}, "isn't a map"),
        ({"containers": [{"name": "a", "$patch": "merge"}]}, "neither replace nor delete"),
        ({"$retainKeys": "a"}, "isn't a list"),
        ({"$retainKeys": ["a"], "b": 1}, "doesn't name 'b'"),
        ({"$setElementOrder/containers": "a"}, "isn't a list"),
        ({"$setElementOrder/containers": [{"name": "b"}], "containers": [A]}, "order"),
        (
            {
                "$setElementOrder/containers": [{"name": "b"}, {"name": "a"}],
                "containers": [A, B],
            },
            "order",
        ),
        ({"$deleteFromPrimitiveList/finalizers": "a"}, "isn't a list"),
    ],
)
def test_impossible_merges_are_told_why(patch: Any, words: str) -> None:
    """A patch that can't be meant raises a MergeError instead of guessing."""
    with pytest.raises(MergeError, match=words):
        strategic_merge.merge({"containers": [A], "finalizers": ["a"]}, patch, POD_KEYS)


# From the appendices of RFC 7386 and RFC 6902, and kubeadm's own negative indices.
MERGE_PATCHES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("original", "patch", "expected"), MERGE_PATCHES)
def test_merge_patch(original: Any, patch: Any, expected: Any) -> None:
    """RFC 7386's own examples."""
    assert json_patch.merge(original, patch) == expected


OPERATIONS: list[tuple[Any, Any, Any]] = [
    ({"a": 1}, {"op": "add", "path": "/b", "value": 2}, {"a": 1, "b": 2}),
    ({"a": [1, 2]}, {"op": "add", "path": "/a/1", "value": 9}, {"a": [1, 9, 2]}),
    ({"a": [1, 2]}, {"op": "add", "path": "/a/2", "value": 9}, {"a": [1, 2, 9]}),
    ({"a": [1, 2]}, {"op": "add", "path": "/a/-", "value": 9}, {"a": [1, 2, 9]}),
    ({"a": [1, 2]}, {"op": "remove", "path": "/a/-1"}, {"a": [1]}),
    ({"a": [1, 2]}, {"op": "add", "path": "/a/-1", "value": 9}, {"a": [1, 2, 9]}),
    ({"a": 1, "b": 2}, {"op": "remove", "path": "/a"}, {"b": 2}),
    ({"a": [1, 2]}, {"op": "replace", "path": "/a/0", "value": 9}, {"a": [9, 2]}),
    ({"a": None}, {"op": "replace", "path": "/a", "value": 9}, {"a": 9}),
    ({"a": {"b": 1}}, {"op": "move", "from": "/a/b", "path": "/c"}, {"a": {}, "c": 1}),
    ({"a": [1, 2]}, {"op": "move", "from": "/a/0", "path": "/a/1"}, {"a": [2, 1]}),
    ({"a": {"b": 1}}, {"op": "copy", "from": "/a", "path": "/c"}, {"a": {"b": 1}, "c": {"b": 1}}),
    ({"a/b": 1, "m~n": 2}, {"op": "remove", "path": "/a~1b"}, {"m~n": 2}),
    ({"m~n": 2}, {"op": "test", "path": "/m~0n", "value": 2}, {"m~n": 2}),
    ({"a": 1}, {"op": "replace", "path": "", "value": {"b": 1}}, {"b": 1}),
    ({"": 1}, {"op": "remove", "path": "/"}, {}),
]


@pytest.mark.parametrize(("original", "operation", "expected"), OPERATIONS)
def test_json_patch(original: Any, operation: Any, expected: Any) -> None:
    """Every operation of RFC 6902, on a copy."""
    before = json.dumps(original)
    assert json_patch.apply(original, [operation]) == expected
    assert json.dumps(original) == before


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "/b/c", "value": 1},
        {"op": "add", "path": "/l/3", "value": 1},
        {"op": "add", "path": "/l/x", "value": 1},
        {"op": "add", "path": "/a/b", "value": 1},
        {"op": "add", "path": "/b"},
        {"op": "remove", "path": "/b"},
        {"op": "remove", "path": "/l/2"},
        {"op": "remove", "path": "/l/-3"},
        {"op": "replace", "path": "/b", "value": 1},
        {"op": "move", "from": "/b", "path": "/c"},
        {"op": "test", "path": "/a", "value": 2},
        {"op": "test", "path": "/a", "value": True},
        {"op": "test", "path": "/b", "value": 2},
        {"op": "what", "path": "/a"},
        {"op": "remove", "path": "a"},
        {"op": "remove"},
        "text",
    ],
)
def test_impossible_operations_are_errors(operation: Any) -> None:
    """An operation that finds no place, or isn't one, is an OperationError."""
    with pytest.raises(json_patch.OperationError):
        json_patch.apply({"a": 1, "l": [1, 2]}, [operation])
