"""Repair: what copying has damaged is read as it was meant, offered as several readings, or refused."""

from __future__ import annotations

import re
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from phases.model.dump import to_documents
from phases.model.load import load
from phases.model.problem import Problems
from phases.model.repair import Repaired, repair
from phases.model.schema import Record, Table, Text
from phases.model.types import ClusterConfiguration, Configuration, InitConfiguration
from tests.model.test_dump import configurations

CORPUS = Path(__file__).parents[1] / "lab" / "parity" / "corpus"
SEED = """\
apiVersion: kubeadm.k8s.io/v1alpha1
kind: MasterConfiguration
controllerManagerExtraArgs:
horizontal-pod-autoscaler-use-rest-clients: "true"
horizontal-pod-autoscaler-sync-period: "10s"
node-monitor-grace-period: "10s"
apiServerExtraArgs:
runtime-config: "api/all=true"
kubernetesVersion: "stable-1.11"
"""
ODD_BLANKS = re.compile("(: [\u00a0\u3000])|[\u00a0\u3000]$", re.MULTILINE)
"""Where no person writes them, around a value: those are taken for copying's, and that is said."""

MEANT = """\
apiVersion: kubeadm.k8s.io/v1alpha1
kind: MasterConfiguration
controllerManagerExtraArgs:
  horizontal-pod-autoscaler-use-rest-clients: "true"
  horizontal-pod-autoscaler-sync-period: "10s"
  node-monitor-grace-period: "10s"
apiServerExtraArgs:
  runtime-config: "api/all=true"
kubernetesVersion: "stable-1.11"
"""
ARTICLE = f"""\
## Introduction
编写了一个给kubeadm用的YAML文件（名叫：kubeadm.yaml）：

```yaml
{SEED}```

```shell
kubeadm init --config kubeadm.yaml
```
部署完成后，kubeadm会生成一行指令：
"""
CLUSTER = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
PRINTED = f"""\
{CLUSTER}etcd:
local:
dataDir: /var/lib/etcd
imageRepository: registry.k8s.io
"""


def repaired(text: str) -> Repaired:
    found = repair(text)
    assert found is not None
    return found


def certain(text: str) -> str:
    found = repaired(text)
    assert found.is_certain, found.doubts
    return found.text


def stripped(text: str) -> str:
    """As a page that eats white space at the beginning of a line hands it out."""
    return "\n".join(line.lstrip(" ") for line in text.split("\n"))


def folded(text: str) -> str:
    """As one that leaves a single blank of any indentation hands it out."""
    return "\n".join(" " * line.startswith(" ") + line.lstrip(" ") for line in text.split("\n"))


def tabbed(text: str) -> str:
    """With a tab for two blanks."""
    lines = ((len(line) - len(line.lstrip(" ")), line.lstrip(" ")) for line in text.split("\n"))
    return "\n".join("\t" * (indent // 2) + line for indent, line in lines)


def loaded(text: str) -> Configuration | None:
    try:
        return load(text, name="k")
    except Problems:
        return None


def test_the_seed_gets_its_indentation_back() -> None:
    """The flags go under their programs, the version stays the document's own, each with its note."""
    found = repaired(SEED)
    assert found.text == MEANT
    assert found.is_certain
    notes = dict(found.readings[0].notes)
    assert notes == {
        **dict.fromkeys((4, 5, 6), "belongs to controllerManagerExtraArgs"),
        8: "belongs to apiServerExtraArgs",
    }


def test_an_article_around_it_is_left_out() -> None:
    """Of a whole page only what stands in the fence is the configuration; lines keep their numbers."""
    found = repaired(ARTICLE)
    assert found.text == MEANT
    kept = [line.number for line in found.readings[0].lines if line.after is not None]
    assert kept == list(range(5, 14))


@pytest.mark.parametrize(
    ("damage", "whole"),
    [
        ("\ufeff" + SEED, MEANT),
        (SEED.replace("\n", "\r\n"), MEANT),
        (SEED + "root@master:~# ", MEANT),
        ("$ cat kubeadm.yaml\n" + SEED + "[root@m ~]# kubeadm init", MEANT),
        ("cat <<EOF > kubeadm.yaml\n" + SEED + "EOF\n", MEANT),
        ("Here it is.\n\n" + SEED + "\nThat was it. Now go on.\n", MEANT),
        ("".join(f"> {line}\n" for line in SEED.splitlines()), MEANT),
        (SEED.replace(": ", "："), MEANT),
        (SEED.replace(': "', ": “").replace('"\n', "”\n"), MEANT),
        (SEED.replace("kind:", "kind:\u00a0").replace("\u00a0 ", "\u00a0"), MEANT),
        (MEANT.replace("  ", "\u00a0\u00a0"), MEANT),
        (MEANT.replace("  ", "\u3000"), MEANT),
        (MEANT.replace("  ", "\t"), MEANT),
        (SEED.replace("node-monitor", "node\u200b-monitor"), MEANT),
        (CLUSTER + "apiServer:\ncertSANs:\n– a\n• b\n", CLUSTER + "apiServer:\n  certSANs:\n  - a\n  - b\n"),
        (CLUSTER + "—\n" + CLUSTER.replace("Cluster", "Init"), CLUSTER + "---\n" + CLUSTER.replace("Cluster", "Init")),
        ("networking：\npodSubnet： ‘10.1.0.0/16’\n" + CLUSTER, "networking:\n  podSubnet: '10.1.0.0/16'\n" + CLUSTER),
    ],
)  # fmt: skip
def test_what_copying_does_is_taken_back(damage: str, whole: str) -> None:
    """Marks, line ends, prompts, prose, quotations, full-width and typographic characters, tabs."""
    assert certain(damage) == whole


def test_characters_inside_a_value_stay() -> None:
    """Only what holds the structure is touched: a colon or a quote in a name is the name's own."""
    text = CLUSTER + "clusterName：a：b “c” d\n"
    assert certain(text) == CLUSTER + "clusterName: a：b “c” d\n"


def test_two_fences_are_two_documents() -> None:
    """The rule between them is put in, and said."""
    init = CLUSTER.replace("Cluster", "Init")
    found = repaired(f"```yaml\n{CLUSTER}```\nand\n```yaml\n{init}```\n")
    assert found.text == f"{CLUSTER}---\n{init}"
    assert (0, "put in: a new document begins") in found.readings[0].notes


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_real_file_is_read_as_it_was_meant(path: Path) -> None:
    """A whole file is left alone; stripped of its indentation it loads equal, or is refused by line."""
    text = path.read_text()
    meant = loaded(text)
    if meant is None:
        return
    assert repair(text) is None
    found = repair(stripped(text))
    if found is None:
        assert loaded(stripped(text)) in (meant, None)
    elif found.doubts:
        assert all(doubt.line for doubt in found.doubts)
    else:
        assert [loaded(one.text) for one in found.readings] == [meant]


OF_BLANKS = Configuration(
    init=InitConfiguration(), cluster=ClusterConfiguration(image_repository="\u00a0;")
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@example(OF_BLANKS, stripped)
@given(configurations, st.sampled_from([stripped, folded, tabbed]))
def test_nothing_comes_out_silently_different(configuration: Configuration, damage) -> None:  # type: ignore[no-untyped-def]
    """Whatever was in a file, once it is damaged it is repaired to the same, listed or refused."""
    text = to_documents(configuration)
    found = repair(damage(text))
    if found is None:
        assert loaded(damage(text)) in (configuration, None)
    elif not found.doubts:
        meant = [loaded(one.text) for one in found.readings]
        notes = [note for one in found.readings for _number, note in one.notes]
        as_copied = ODD_BLANKS.search(text) and any("odd spaces" in note for note in notes)
        assert configuration in meant or not any(meant) or as_copied


# what can't be told


def test_two_readings_are_two() -> None:
    """What kubeadm itself prints: the registry may be etcd's or everybody's, and neither is preferred."""
    found = repaired(PRINTED)
    assert not found.is_certain
    owners = [[(one.line, one.key, one.owner) for one in reading.choices] for reading in found.readings]  # fmt: skip
    assert owners == [[(6, "imageRepository", "etcd.local")], [(6, "imageRepository", "")]]
    etcds = load(found.readings[0].text, name="k").cluster.etcd
    assert etcds.local is not None
    assert etcds.local.image_repository == "registry.k8s.io"
    assert load(found.readings[1].text, name="k").cluster.image_repository == "registry.k8s.io"


def test_indentation_that_is_left_decides() -> None:
    """Where a part of the file is whole, its indentation means what it means in YAML."""
    text = f"{CLUSTER}etcd:\n  local:\n    dataDir: /x\nimageRepository: r\nnetworking:\npodSubnet: 10.1.0.0/16\n"
    meant = load(certain(text), name="k").cluster
    assert (meant.image_repository, meant.networking.pod_subnet) == ("r", "10.1.0.0/16")


def test_no_key_comes_twice() -> None:
    """A flag that has its name already leaves the next one to the node."""
    init = CLUSTER.replace("Cluster", "Init")
    text = f"{init}nodeRegistration:\nkubeletExtraArgs:\n- name: v\nname: node7\n"
    node = load(certain(text), name="k").init.node_registration
    assert (node.name, [one.name for one in node.kubelet_extra_args]) == ("node7", ["v"])


def test_an_empty_field_above_one_that_it_could_hold_is_asked_about() -> None:
    """YAML would read it without a word; it is as likely that the indentation was lost."""
    assert len(repaired(f"{CLUSTER}dns:\nimageRepository: r\n").readings) == 2


@pytest.mark.parametrize(
    ("lines", "number", "said"),
    [
        ("networking:\npodSubnett: x", 4, "Did you mean podSubnet?"),
        ("networking:\npodSubnet: |\nx", 4, "begins a text of several lines"),
        ('networking:\npodSubnet: "10', 4, "quote that isn't closed"),
        ("networking: {\npodSubnet: x", 3, "bracket that isn't closed"),
        ("apiServer:\ncertSANs: x\n- y", 4, "certSANs can't hold what is written here"),
        ("clusterName: x\n- y", 4, "belongs to no field"),
        ("networking:\npodSubnet: a b\nand so on\ndnsDomain: x", 5, "may go on from line 4"),
        ("networking:\npodSubnet: a\n\nprose here\n\ndnsDomain: x", 8, "stands apart"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_said_by_line(lines: str, number: int, said: str) -> None:
    """A line that fits nowhere, or whose end can't be seen, is named; the others are still indented."""
    found = repaired(f"{CLUSTER}{lines}\n")
    assert [doubt.line for doubt in found.doubts][:1] == [number]
    assert said in str(found.doubts[0])


def test_all_doubts_are_told_at_once() -> None:
    """And the rest of the text is as it was meant."""
    found = repaired(f"{CLUSTER}networking:\npodSubnett: x\ndnsDomainn: y\nserviceSubnet: z\n")
    assert [doubt.line for doubt in found.doubts] == [4, 5]
    assert "  serviceSubnet: z\n" in found.text


def test_too_many_readings_are_refused() -> None:
    """Nobody can choose from hundreds; the line where it begins is named."""
    text = "".join(f"k{n}:\nx{n}: v\n" for n in range(9))
    fields = "".join(f"k{n} x{n} " for n in range(9)).split()

    def shape(_api: str, _kind: str) -> Record:
        from phases.model.repair_shapes import record

        inner = record("Inner", **{name: Text() for name in fields if name[0] == "x"})
        outer = {name: inner if name[0] == "k" else Text() for name in fields}
        return record("Outer", **outer)

    found = repair(CLUSTER + text, shape)
    assert found is not None
    assert "too many fields" in str(found.doubts[0])


@pytest.mark.parametrize(
    "text",
    [
        CLUSTER + "".join(f"k{n}: y\n" for n in range(100_000)),
        CLUSTER + " " * 250_000 + "x",
        CLUSTER + "a: '" + "''" * 100_000,
        CLUSTER + "dns:\nimageRepository: x\n" * 2_000,
    ],
    ids=["lines", "blanks", "quotes", "readings"],
)
def test_what_no_person_wrote_takes_no_time(text: str) -> None:
    """A text beyond any file of a person's is left to the loader, or refused, within seconds."""
    began = process_time()
    repair(text)
    assert process_time() - began < 5


# what needs no repair


@pytest.mark.parametrize(
    "text",
    [
        MEANT,
        "",
        "kubeadm init\n",
        "clusterName: x\nlocal:\n",
        CLUSTER + "networking:\n  podSubnett: x\n",
        CLUSTER + "podSubnet: x\n",
        CLUSTER + "controllerManager:\nscheduler: {}\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\nname: x\n",
        SEED.replace("v1alpha1", "v1alpha0"),
    ],
)
def test_a_text_that_is_not_damaged_is_left_alone(text: str) -> None:
    """Whole files, plain mistakes, other things, and documents whose fields aren't known."""
    assert repair(text) is None


def test_a_free_key_is_told_from_a_field() -> None:
    """In a table of flags a name in small letters is a flag; one written inCamelCase is a field."""
    assert "  etcd-prefix: /x" in certain(SEED.replace("kubernetesVersion: ", "etcd-prefix: /x #"))
    misspelt = repaired(SEED.replace("kubernetesVersion", "kubernetesVersions"))
    assert [(one.line, one.remedy) for one in misspelt.doubts] == [
        (9, "Did you mean kubernetesVersion?")
    ]


def test_a_name_that_is_both_has_two_readings() -> None:
    """`token` below a table of flags may be a flag or the document's own token."""
    lines = SEED.splitlines(keepends=True)
    found = repaired("".join([*lines[:8], "token: abcdef.0123456789abcdef\n", *lines[8:]]))
    owners = [choice.owner for one in found.readings for choice in one.choices]
    assert owners == ["apiServerExtraArgs", ""]


def test_shapes_are_given() -> None:
    """Documents of other versions are repaired by the shapes that are handed in."""

    def shape(api: str, _kind: str) -> Record | None:
        from phases.model.repair_shapes import record

        return record("Old", flags=Table(Text()), fullName=Text()) if api.endswith("v0") else None

    found = repair("apiVersion: x/v0\nkind: Old\nflags:\na-b: c\nfullName: d\n", shape)
    assert found is not None
    assert found.text.endswith("flags:\n  a-b: c\nfullName: d\n")
