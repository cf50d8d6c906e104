"""What a text is taken for: a configuration, a damaged one, a kubeadm line, or neither."""

from __future__ import annotations

import pytest

from phases.model.load import load
from phases.model.yaml_source import MAX_BYTES
from tests.tui.damaged import ARTICLE, DOUBTFUL, FAULTY, INIT, JOIN, LOST, MEANT, TWOFOLD, WHOLE
from tui.understood import understand


def test_a_whole_file_leaves_nothing_to_ask() -> None:
    """It is taken word for word."""
    found = understand("k.yaml", WHOLE)
    assert found.is_plain
    assert found.judged[0].taken == WHOLE
    assert found.judged[0].kinds == ("ClusterConfiguration kubeadm.k8s.io/v1beta4",)


def test_a_damaged_one_is_judged_as_it_was_meant() -> None:
    """Its one reading loads; the text that came is not what is taken."""
    found = understand("", LOST)
    assert not found.is_plain
    assert found.judged[0].taken == WHOLE
    assert found.judged[0].problems == ()


def test_an_article_is_taken_for_its_configuration() -> None:
    """The kubeadm line in the same article doesn't count; the configuration does."""
    found = understand("", ARTICLE)
    assert found.line is None
    assert found.judged[0].text == MEANT


def test_an_old_version_is_brought_up_to_date() -> None:
    """What is taken is a file of today that says what the old one said; each field has its fate."""
    only = understand("", ARTICLE).judged[0]
    assert only.problems == ()
    assert {one.path: one.fate for one in only.fates}["kubernetesVersion"] == "moved"
    taken = load(only.taken, name="k").cluster
    assert taken.kubernetes_version == "stable-1.11"
    assert [one.value for one in taken.api_server.extra_args] == ["api/all=true"]
    assert "{}" not in only.taken
    assert "null" not in only.taken


def test_nothing_that_was_said_is_lost_on_the_way() -> None:
    """No taint at all is something else than nothing said of taints."""
    old = "apiVersion: kubeadm.k8s.io/v1alpha1\nkind: MasterConfiguration\nnoTaintMaster: true\n"
    assert "taints: []" in understand("", old).judged[0].taken


def test_each_reading_is_judged() -> None:
    """Two ways to read it, two texts to take."""
    found = understand("", TWOFOLD)
    assert [one.problems for one in found.judged] == [(), ()]
    assert len({one.taken for one in found.judged}) == 2


def test_all_problems_come_at_once_with_their_lines() -> None:
    """Unknown fields and wrong values of the whole file."""
    found = understand("k.yaml", FAULTY)
    assert [one.line for one in found.judged[0].problems] == [3, 5, 7]
    assert not found.is_plain


def test_doubts_are_kept_apart_from_problems() -> None:
    """What repair can't tell has its line; nothing of it is whole."""
    assert [one.line for one in understand("", DOUBTFUL).doubts] == [4]


def test_what_is_passed_over_is_reported() -> None:
    """A document for another command is no problem, but it is told."""
    join = "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n"
    (notice,) = understand("k.yaml", WHOLE + join).judged[0].report
    assert "passed over" in notice.message


def test_a_kubeadm_line_sets_fields_and_options() -> None:
    """What the flags set, by the paths of the form."""
    fragment = understand("", INIT).fragment
    assert fragment.values["networking.podSubnet"] == "10.244.0.0/16"
    assert fragment.values["bootstrapTokens"] == [{"token": "abcdef.0123456789abcdee"}]
    assert fragment.options == {"--upload-certs": "true"}
    assert dict(understand("", JOIN).fragment.values) == {"nodeRegistration.name": "node7"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds nothing"),
        ("just words\n", "must be a map"),
        ("x" * (MAX_BYTES + 1), "is larger than"),
        ("a: \udcff\n", "is not UTF-8"),
    ],
)
def test_what_is_neither_says_why(text: str, said: str) -> None:
    """Nothing, prose, too much, and what is no text."""
    assert said in str(understand("k.yaml", text).judged[0].problems[0])
