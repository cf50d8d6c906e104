"""What our command line makes of every configuration, against what the real kubeadm made of it.

The lab compares with kubeadm itself (tests/lab/test_parity.py); this compares with what was
recorded there, in a rehearsal, without root and without kubeadm. To be quick it takes a change that
several minors share for the newest of them only, and RSA keys, which are slow to make, just once
from a file and once from flags.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest
import yaml

from phases.model import schema, tables, types
from phases.model.secret import Secret
from tests.lab.parity import compare, corpus, goldens, rehearse

SLOW = ("rsa-2048", "rsa-3072", "rsa-4096")
NO_FILES = ("dry-run",)  # a rehearsal of it is a rehearsal like any other
NEWEST_ONLY = ("plain", "flags-only")
COMPONENTS = ("KubeletConfiguration", "KubeProxyConfiguration")
PAIRS = [
    (minor, case)
    for minor, case in goldens.telling()
    if case not in SLOW + NO_FILES and (case not in NEWEST_ONLY or minor == corpus.MINORS[0])
]


@pytest.mark.parametrize(("minor", "case"), PAIRS)
def test_a_rehearsal_writes_what_kubeadm_wrote(minor: str, case: str) -> None:
    """Certificates, kubeconfigs, static pods, kubelet files and modes are as recorded."""
    ours = rehearse.rehearsed(corpus.cases()[case], minor)
    found = compare.differences(goldens.read(minor, case), ours.whole, minor, case)
    unknown = compare.unknown(compare.with_logs(found, "", ours.refusal))
    assert not unknown, "\n".join(map(str, unknown))


class TestCorpus:
    def test_says_what_each_configuration_is_for(self) -> None:
        """Every file begins with a comment of one sentence."""
        for case in corpus.cases().values():
            first = case.path.read_text().partition("\n")[0]
            assert first.startswith("# "), case.name
            assert first.endswith("."), case.name

    def test_gives_a_reason_for_every_minor_left_out(self) -> None:
        """A case that doesn't count for some minor says why, and only such a case does."""
        for case in corpus.cases().values():
            assert bool(case.why) == (set(case.minors) != set(corpus.MINORS)), case.name

    def test_touches_every_field(self) -> None:
        """Each field of the four kinds of document is set by some configuration."""
        documents = [document for case in corpus.cases().values() for document in parsed(case)]
        wanted = {
            f"{kind.__name__}.{path}"
            for kind in (types.InitConfiguration, types.ClusterConfiguration)
            for path in paths(kind)
        } | {f"{kind}.{path}" for kind in COMPONENTS for path in shaped(tables.record(kind))}
        touched = {
            f"{document['kind']}.{path}" for document in documents for path in leaves(document)
        }
        assert wanted - {each for path in touched for each in prefixes(path)} == set()

    def test_has_every_key_algorithm_and_path_type(self) -> None:
        """Each value of the two enumerations occurs."""
        text = "\n".join(case.path.read_text() for case in corpus.cases().values())
        algorithms = ("RSA-2048", "RSA-3072", "RSA-4096", "ECDSA-P256", "ECDSA-P384")
        kinds = ("DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice")
        for word in (*algorithms, *kinds, "BlockDevice"):
            assert word in text


class TestGoldens:
    def test_hold_every_pair(self) -> None:
        """Each case is recorded for each minor that it counts for, and no other file lies there."""
        assert all(goldens.read(minor, case) for minor, case in corpus.pairs())
        known = {f"{name}.txt" for name in corpus.cases()} | {
            f"base-{minor}.txt" for minor in corpus.MINORS
        }
        assert {path.name for path in goldens.HERE.iterdir()} <= known

    def test_hold_no_secrets(self) -> None:
        """Keys and certificates are told, not kept."""
        for path in goldens.HERE.iterdir():
            text = path.read_text()
            assert "-----BEGIN" not in text
            assert "LS0tLS1CRUdJTi" not in text


def parsed(case: corpus.Case) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(case.text("1.37.2")) if document]


def paths(kind: Any) -> Iterator[str]:
    """The fields of a dataclass and of those in it, as dotted keys of the configuration."""
    for each in fields(kind):
        key = each.metadata.get("key", camel(each.name))
        yield key
        inner = record(kind, each.name)
        if inner is not None:
            yield from (f"{key}.{path}" for path in paths(inner))


def shaped(record: schema.Record) -> Iterator[str]:
    """The fields of a component's configuration and of the records in it, as dotted keys."""
    for field in record.fields:
        yield field.key
        inner = field.shape.of if isinstance(field.shape, schema.Items) else field.shape
        if isinstance(inner, schema.Record):
            yield from (f"{field.key}.{path}" for path in shaped(inner))


def record(kind: Any, name: str) -> Any:
    """The dataclass that a field holds, alone, optional or in a tuple."""
    hint = get_type_hints(kind)[name]
    held = (each for each in (hint, *get_args(hint)) if is_dataclass(each))
    return next((each for each in held if each is not Secret), None)


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def leaves(node: Any, above: str = "") -> Iterator[str]:
    """All keys of a document, dotted; items of lists count as their list."""
    if isinstance(node, list):
        for item in node:
            yield from leaves(item, above)
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from leaves(item, f"{above}.{key}" if above else str(key))
    if above:
        yield above


def prefixes(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]
