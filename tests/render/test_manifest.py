"""An operator's manifest: what it means, what is refused, in which order it comes, how it sums up."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from phases.model.problem import Problems
from phases.render import manifest

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"

PLUGIN = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: flannel, namespace: net}
spec:
  template:
    spec:
      hostNetwork: true
      initContainers: [{name: install, image: "plugin:1"}]
      containers:
      - {name: main, image: "flannel:2", securityContext: {privileged: true}}
      - {name: side, image: "plugin:1", securityContext: {capabilities: {add: [NET_ADMIN]}}}
      volumes: [{name: run, hostPath: {path: /run/flannel}}, {name: cm, configMap: {}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: flannel}
rules: [{apiGroups: [""], resources: [nodes], verbs: [get, list]}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
---
apiVersion: v1
kind: Namespace
metadata: {name: net}
"""


@pytest.fixture(params=["libyaml", "python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both of the parsers that a machine may have."""
    kinds = {"libyaml": getattr(yaml, "CSafeLoader", yaml.SafeLoader), "python": yaml.SafeLoader}
    monkeypatch.setattr(manifest, "LOADER", kinds[request.param])
    return str(request.param)


def value(text: str) -> Any:
    (thing,) = manifest.parse(f"{HEAD}data: {text}\n", name="m.yaml")
    return thing["data"]


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("true", True),
        ("yes", True),
        ("Off", False),
        ("'true'", "true"),
        ('"1"', "1"),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-0x1F", -31),
        ("0644", 420),
        ("0o17", 15),
        ("08", 8.0),
        ("0x", "0x"),
        ("1_000", 1000),
        ("1.5e3", 1500.0),
        ("1e999", "1e999"),
        ("12:30:45", "12:30:45"),
        ("2026-11-24", "2026-11-24"),
        ("99999999999999999999999999", "99999999999999999999999999"),
        ("|\n  1\n", "1\n"),
        ("[on, 'on']", [True, "on"]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
    ],
)
def test_scalars_mean_what_they_mean_to_kubectl(text: str, meant: Any) -> None:
    """Plain words may be truths and numbers; quoted ones, dates and clock times are texts."""
    found = value(text)
    assert found == meant
    assert type(found) is type(meant)
    json.dumps(found, allow_nan=False)


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [1]\nb: *x\n", "aliases"),
        ("a: *x\n", "aliases"),
        ("a: !!python/object/new:os.system [ls]\n", "tag"),
        ("<<: {a: 1}\n", "no word"),
        ("[1]: 2\n", "no word"),
        ("a: 1\na: 2\n", "'a' twice"),
        ("a: [1\n", "is not YAML"),
        ("a: \x07\n", "is not YAML"),
        ("a: " + "[" * 80 + "]" * 80 + "\n", "nested deeper"),
        ("[" * 100_000, "nested deeper"),
        ("a: " + "[x," * 3 + "x]]]\n" + "---\n" * 2001, "more than 2000 documents"),
        ("[" + "1," * 4_001 + "]", "more than 4000 values"),
    ],
)
def test_what_may_not_be_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    """Anything but plain and bounded YAML is a Problem in a sentence, found in bounded time."""
    monkeypatch.setattr(manifest, "MAX_VALUES", 4000)
    with pytest.raises(Problems) as caught:
        manifest.parse(text, name="m.yaml")
    assert words in str(caught.value)
    assert str(caught.value).startswith("m.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no object"),
        ("# nothing\n---\n", "holds no object"),
        ("just words\n", "is no object"),
        ("[1, 2]\n", "is no object"),
        ("kind: A\nmetadata: {name: a}\n", "no apiVersion"),
        ("apiVersion: v1\nmetadata: {name: a}\n", "no kind"),
        ("apiVersion: v1\nkind: [A]\nmetadata: {name: a}\n", "no kind"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {generateName: a}\n", "(Pod) has no metadata.name"),
        ("apiVersion: v1\nkind: Pod\n", "(Pod) has no metadata.name"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: 1}\n", "(Pod) has no metadata.name"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: ../a}\n", "no object can have"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: 'b?c'}\n",
            "no object can have",
        ),
        ("apiVersion: ../v1\nkind: Pod\nmetadata: {name: a}\n", "no object can have"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: [b]}\n", "no object can have"),
        (HEAD + "---\nkind: A\n", "document 2 has no apiVersion"),
    ],
)
def test_what_is_no_object_is_refused(text: str, words: str) -> None:
    """Each document must be an object that could be named to an API server."""
    with pytest.raises(Problems) as caught:
        manifest.parse(text, name="m.yaml")
    assert words in str(caught.value)


def test_a_list_is_taken_apart() -> None:
    """Items of a List are objects of their own; names with colons, as RBAC has them, are fine."""
    inner = "[{apiVersion: v1, kind: Secret, metadata: {name: 'a:b'}}]"
    found = manifest.parse(f"apiVersion: v1\nkind: List\nitems: {inner}\n", name="m")
    assert [one["metadata"]["name"] for one in found] == ["a:b"]


def test_what_others_stand_on_comes_first() -> None:
    """Namespaces, then definitions, then the rest as the file has it."""
    kinds = [one["kind"] for one in manifest.parse(PLUGIN, name="m")]
    assert kinds == ["Namespace", "CustomResourceDefinition", "DaemonSet", "ClusterRole"]


def test_a_summary_tells_what_gives_power() -> None:
    """Kinds with counts, each image once, what roles may do, and what reaches into the machine."""
    found = manifest.summary(manifest.parse(PLUGIN, name="m"))
    assert dict(found.kinds)["DaemonSet"] == 1
    assert found.objects == 4
    assert found.images == ("plugin:1", "flannel:2")
    assert found.powers == (("flannel", "get,list nodes"),)
    assert found.privileged == (
        ("DaemonSet flannel", "the host's network"),
        ("DaemonSet flannel", "privileged container main"),
        ("DaemonSet flannel", "container side with NET_ADMIN"),
    )
    assert found.host_paths == (("DaemonSet flannel", "host path /run/flannel"),)
    assert "image flannel:2" in list(manifest.lines(found))


@pytest.mark.parametrize(
    "spec",
    [
        "3",
        "{template: 3}",
        "{template: {spec: {containers: 3, volumes: {a: 1}}}}",
        "{template: {spec: {containers: [3, {securityContext: 1}], volumes: [3]}}}",
    ],
)
def test_a_summary_survives_odd_shapes(spec: str) -> None:
    """What isn't shaped as it should be is left to the API server."""
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
    assert manifest.summary(manifest.parse(f"{head}spec: {spec}\n", name="m")).objects == 1


def test_pods_are_found_wherever_they_are() -> None:
    """In a Pod itself, in what makes pods, and in a CronJob's job."""
    pod = "{containers: [{name: a, image: IMAGE}]}"
    texts = [
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {pod}",
        f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a}}\nspec: {{template: {{spec: {pod}}}}}",
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\n"
        f"spec: {{jobTemplate: {{spec: {{template: {{spec: {pod}}}}}}}}}",
    ]
    text = "\n---\n".join(t.replace("IMAGE", f"i:{n}") for n, t in enumerate(texts))
    assert manifest.summary(manifest.parse(text, name="m")).images == ("i:0", "i:1", "i:2")
