"""What a migration does beyond the tables: versions, flags, several documents, and what it refuses."""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

import pytest

from phases.model.migration.migrate import Migration, is_old, migrate
from phases.model.problem import Problems

OLD = "apiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\n"
MASTER = "apiVersion: kubeadm.k8s.io/v1alpha1\nkind: MasterConfiguration\n"


def made(text: str, **options: object) -> Migration:
    return migrate(text, name="old.yaml", **options)  # type: ignore[arg-type]


def refusal(text: str, **options: object) -> str:
    with pytest.raises(Problems) as raised:
        made(text, **options)
    return str(raised.value)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("stable-1.11", "stable-1.11 names release 1.11, which is not supported. Use v1.35.10, v1.36.6 or v1.37.2, by --kubernetes-version."),
        ("v1.18.3", "v1.18.3 is not supported: it is older than 1.35. Use v1.35.10, v1.36.6 or v1.37.2, by --kubernetes-version."),
        ("v1.40.0", "v1.40.0 is not supported: it is newer than 1.37. Use v1.37.2, v1.36.6 or v1.35.10, by --kubernetes-version."),
        ("ci/latest", "ci/latest is a build of the day"),
        ("newest", "'newest' is neither a version nor a label"),
    ],
)  # fmt: skip
def test_a_version_that_can_not_be_had_is_refused(version: str, said: str) -> None:
    """Too old, too new or no version: with the place, the reason and the nearest choices."""
    found = refusal(f"{OLD}kubernetesVersion: {version}\n")
    assert found.startswith(f"old.yaml:3:20: kubernetesVersion: {said}")


def test_everything_is_refused_at_once() -> None:
    """A version that can't be had hides no other mistake."""
    found = refusal(f"{MASTER}kubernetesVersion: v1.11.0\ntoken: short\nclusterName: $(id)\n")
    assert [line.split(":")[1] for line in found.splitlines()] == ["3", "4", "5"]


def test_a_version_can_be_chosen_instead() -> None:
    """What is chosen stands in the new file, and the report says so."""
    found = made(f"{OLD}kubernetesVersion: stable-1.11\n", version="v1.36.6")
    assert "kubernetesVersion: v1.36.6\n" in found.text
    (line,) = found.lines
    assert (line.fate, line.line, line.note) == ("changed", 3, "v1.36.6 was chosen")


def test_a_version_can_be_chosen_where_none_stood() -> None:
    """It gets a document of its own; a file that only `join` reads has no place for it."""
    init = OLD.replace("Cluster", "Init")
    assert made(init, version="v1.36.6").text.endswith("kubernetesVersion: v1.36.6\n")
    join = OLD.replace("Cluster", "Join") + "discovery: {file: {kubeConfigPath: /a.conf}}\n"
    assert "--kubernetes-version: has no place" in refusal(join, version="v1.36.6")


def test_a_choice_that_can_not_be_had_is_refused_too() -> None:
    """A chosen version obeys the same rules."""
    assert "v1.20.0 is not supported" in refusal(OLD, version="v1.20.0")


def test_a_label_is_what_a_version_source_says() -> None:
    """The exact version is written; one too old for us is refused though it was found."""
    text = f"{OLD}kubernetesVersion: stable-1.36\n"
    found = made(text, labels={"stable-1.36": "v1.36.4"})
    assert "kubernetesVersion: v1.36.4\n" in found.text
    assert found.lines[0].note == "stable-1.36 is v1.36.4, as the version source says"
    assert "v1.20.1 is not supported" in refusal(text, labels={"stable-1.36": "v1.20.1"})


def test_a_label_of_our_releases_stays() -> None:
    """Without a source nothing is asked, and the label is left to whoever uses the file."""
    assert "kubernetesVersion: stable-1.36\n" in made(f"{OLD}kubernetesVersion: stable-1.36\n").text


def test_flags_are_those_of_the_release() -> None:
    """What 1.36 still knows is kept for 1.36, and left out for 1.37."""
    text = f'{OLD}controllerManager: {{extraArgs: {{concurrent-service-syncs: "5"}}}}\n'
    assert "concurrent-service-syncs" in made(text, version="v1.36.6").text
    assert "concurrent-service-syncs" not in made(text, version="v1.37.2").text


def test_a_flag_that_nobody_lists_is_kept_and_told() -> None:
    """It may be hidden from the help, so it stays; a likely typing error is named."""
    found = made(f'{OLD}scheduler: {{extraArgs: {{leader-elekt: "true"}}}}\n')
    assert "name: leader-elekt" in found.text
    notes = [line.note for line in found.lines if line.path.endswith("leader-elekt")]
    assert notes == ["kube-scheduler does not list it; did you mean leader-elect?"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "old.yaml: holds nothing that could be migrated"),
        ("apiVersion: v1\nkind: Pod\n", "Pod of v1 has no place in a kubeadm configuration"),
        (f"{OLD}---\n{OLD}", "a second ClusterConfiguration; the first begins in line 1"),
        (f"{MASTER}clusterName: a\n---\n{OLD}clusterName: b\n", "a second ClusterConfiguration; the first begins in line 3"),
        (f"{MASTER}token: abcdef.0123456789abcdef\n", "old.yaml:3:8: token: is the token of the documentation, which everybody knows"),
        (f"{MASTER}token: short\n", "old.yaml:3:8: token: is not of the form"),
        (f"{MASTER}networking: {{podSubnet: 10.96.0.0/16}}\n", "old.yaml:3:25: networking.podSubnet: 10.96.0.0/16 overlaps the service range"),
        (f"{MASTER}etcd: {{endpoints: [ftp://x]}}\n", "old.yaml:3:20: etcd.endpoints[0]: 'ftp://x' is not a URL with http or https"),
        (f"{MASTER}apiServerExtraVolumes: [{{name: a, hostPath: b, mountPath: /c}}]\n", "old.yaml:3:45: apiServerExtraVolumes[0].hostPath: 'b' is not an absolute path"),
        (f"{MASTER}apiServerExtraArgs: {{--v: \"2\"}}\n", "apiServerExtraArgs.--v: begins with a dash"),
        ("apiVersion: kubeadm.k8s.io/v1alpha2\nkind: NodeConfiguration\n", "discovery: says nothing of how the cluster is found"),
    ],
)  # fmt: skip
def test_what_could_work_nowhere_is_refused_in_the_old_files_words(text: str, said: str) -> None:
    """Every rule of a configuration applies, at the line and under the name of the old file."""
    assert said in refusal(text)


def test_documents_of_other_commands_are_told() -> None:
    """What reset and upgrade read has no older form; it is left out, and a notice says so."""
    other = "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ResetConfiguration\n"
    (notice,) = made(OLD + other).notices
    assert (
        str(notice)
        == "old.yaml:4:1: ResetConfiguration is not for kubeadm migrate and is passed over."
    )


def test_an_empty_old_document_stays_one() -> None:
    """A MasterConfiguration that says nothing is an InitConfiguration that says nothing."""
    head = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n"
    assert made(MASTER).text == head


def test_what_one_document_leaves_to_another_is_added_there() -> None:
    """The API server's timeout goes to the InitConfiguration that is there, which keeps its own."""
    init = OLD.replace("Cluster", "Init") + "localAPIEndpoint: {bindPort: 7443}\n"
    timeout = f"{OLD}apiServer: {{timeoutForControlPlane: 9m}}\n"
    for text in (f"{init}---\n{timeout}", f"{timeout}---\n{init}"):
        found = made(text).text
        assert "bindPort: 7443" in found
        assert "controlPlaneComponentHealthCheck: 9m0s" in found


@pytest.mark.parametrize(("given", "written"), [("[]", True), ("null", False), ("", False)])
def test_no_taints_are_more_than_none_named(given: str, written: bool) -> None:
    """An empty list asks for a node without taints, nothing at all for the usual one."""
    init = OLD.replace("Cluster", "Init")
    found = made(f"{init}nodeRegistration: {{name: a, taints: {given}}}\n").text
    assert ("taints: []" in found) is written


def test_no_secret_is_in_a_report_or_refusal() -> None:
    """Tokens appear in the new file alone."""
    secret = "zzzzzz.0123456789abcdez"
    found = made(f"{MASTER}token: {secret}\n")
    assert secret in found.text
    assert secret not in "".join(map(repr, found.lines))
    assert "zzzzz" not in refusal(f"{MASTER}token: zzzzz!.0123456789abcdez\n")


def test_a_form_may_go_on_with_what_is_wrong() -> None:
    """Not judged, a file is rewritten with its version and its mistakes, but not if it can't be read."""
    text = f"{MASTER}kubernetesVersion: stable-1.11\ntoken: short\n"
    found = made(text, judged=False).text
    assert "kubernetesVersion: stable-1.11" in found
    assert "token: short" in found
    with pytest.raises(Problems, match="is not a known field"):
        made(f"{MASTER}podSubnet: a\n", judged=False)


def test_old_files_are_told_from_todays() -> None:
    """By any document of an older version."""
    today = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n"
    assert is_old(MASTER, name="k")
    assert is_old(f"{today}---\n{OLD}", name="k")
    assert not is_old(today, name="k")
    assert not is_old("", name="k")
