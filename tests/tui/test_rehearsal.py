"""Whole rehearsals: done once, unchanged twice, repaired when damaged, and nothing outside the folder."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.tui.program import CONFIG, MACHINE, Ended, Place, tree

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="a dry run looks at the machine as root")
KEY = "a" * 60 + "0123"
TOKEN = "q1w2e3.z9y8x7w6v5u4t3s2"
TOKENS = (
    "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n"
    f"bootstrapTokens: [{{token: {TOKEN}}}]\ncertificateKey: {KEY}\n"
    "skipPhases: [preflight]\n"
)


class Story:
    """One master, rehearsed once; what was around it before."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        self.place.config.write_text(CONFIG + "clusterName: harbour\n" + TOKENS)
        self.before = tree(*MACHINE)
        self.around = tree(*(folder / name for name in ("home", "tmp", "work")))
        self.first = self.place.rehearse("--json", "--upload-certs")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("story"))


def effects(ended: Ended) -> list[str]:
    return [f"{event['verb']} {event['target']}" for event in ended.of("Effect")]


def test_the_first_run_does_everything(story: Story) -> None:
    """It ends with 0 and done, every phase ends well, and the effects add up."""
    (finished,) = story.first.of("RunFinished")
    assert (story.first.code, story.first.err) == (0, "")
    assert (finished["outcome"], finished["exit_code"]) == ("done", 0)
    assert finished["changes"] == len(effects(story.first)) > 50
    (started,) = story.first.of("RunStarted")
    assert started["cluster"] == "harbour"
    ended = {event["phase"] for event in story.first.of("PhaseFinished")}
    unasked = {"preflight", "images", "network", "user-kubeconfig", "prepare"}
    assert ended == {phase["name"] for phase in started["phases"]} - unasked
    reasons = {event["phase"]: event["reason"] for event in story.first.of("PhaseSkipped")}
    assert {reasons[name] for name in ("preflight", "images")} == {"asked to skip it"}
    assert reasons.keys() == unasked


def test_numbers_count_without_gaps(story: Story) -> None:
    """The lines of --json are the journal, in the order of their numbers."""
    events = story.first.events[:-1]
    assert [event["seq"] for event in events] == list(range(len(events)))
    journal = story.place.journals()[0].read_text().splitlines()
    assert story.first.out.splitlines()[:-1] == journal


def test_every_step_comes_to_its_end(story: Story) -> None:
    """Every step that was started is finished."""
    started = [(x["phase"], x["step"]) for x in story.first.of("StepStarted")]
    assert sorted(started) == sorted(
        (x["phase"], x["step"]) for x in story.first.of("StepFinished")
    )
    assert ("certs", "ca") in started


def test_nothing_outside_the_folder_is_touched(story: Story) -> None:
    """Neither the machine's own folders nor home, temporary files or the working folder change."""
    assert tree(*MACHINE) == story.before
    folder = story.place.folder
    assert tree(*(folder / name for name in ("home", "tmp", "work"))) == story.around


def test_the_engines_files_are_its_owners_alone(story: Story) -> None:
    """Journal, handover, ledger, log and what was kept can be read by nobody else."""
    state = story.place.state
    own = [state, *state.glob("[!r]*"), *state.glob("runs"), *state.glob("runs/**/*")]
    loose = [p for p in own if stat.S_IMODE(p.stat().st_mode) & 0o077]
    assert not loose
    assert (state / "ledger.jsonl").exists()


def secrets(place: Place) -> dict[str, str]:
    """What must not be seen anywhere: keys, token secrets, the certificate key."""
    found = {"token": TOKEN.partition(".")[2], "certificate key": KEY}
    for path in (place.rehearsal / "etc/kubernetes/pki").rglob("*.key"):
        found[path.name] = path.read_text().splitlines()[1]
    for path in (place.rehearsal / "etc/kubernetes").glob("*.conf"):
        found[path.name] = yaml.safe_load(path.read_text())["users"][0]["user"]["client-key-data"]
    return found


def test_no_secret_is_told(story: Story) -> None:
    """Journal, ledger, log and the lines of --json but the handover hold no key and no token's secret."""
    place = story.place
    places = {path.name: path.read_text() for path in place.state.glob("runs/*/journal.jsonl")}
    places |= {path.name: path.read_text() for path in place.state.glob("runs/*/engine.log")}
    places["ledger"] = (place.state / "ledger.jsonl").read_text()
    places["stdout"] = "\n".join(story.first.out.splitlines()[:-1])
    planted = secrets(place)
    assert len(planted) > 12
    assert not [
        (w, n) for w, text in places.items() for n, secret in planted.items() if secret in text
    ]
    assert not [w for w, text in places.items() if "PRIVATE KEY" in text]


def test_the_handover_has_both_commands(story: Story) -> None:
    """The last line of --json is the handover: each command unbroken and complete."""
    last = story.first.events[-1]
    assert last["event"] == "Handover"
    worker = rf"kubeadm join cp\.example:6443 --token {TOKEN} --discovery-token-ca-cert-hash sha256:\w{{64}}"
    assert re.fullmatch(worker, last["worker"])
    assert last["control_plane"] == f"{last['worker']} --control-plane --certificate-key {KEY}"


@pytest.fixture(scope="module")
def second(story: Story) -> Ended:
    return story.place.rehearse("--json", "--upload-certs")


def test_a_second_run_changes_nothing(story: Story, second: Ended) -> None:
    """It says unchanged, has no effect, and hands over the same commands."""
    (finished,) = second.of("RunFinished")
    assert (second.code, finished["outcome"], finished["changes"]) == (0, "unchanged", 0)
    assert effects(second) == []
    assert {event["changes"] for event in second.of("PhaseFinished")} == {0}
    assert second.events[-1] == story.first.events[-1]


@pytest.fixture(scope="module")
def damaged(story: Story, second: Ended) -> Iterator[Ended]:
    """A third run after a certificate, a manifest and an object were damaged."""
    assert second.code == 0
    root = story.place.rehearsal
    certificate = root / "etc/kubernetes/pki/apiserver.crt"
    certificate.write_bytes(certificate.read_bytes()[:200])
    manifest = root / "etc/kubernetes/manifests/kube-scheduler.yaml"
    manifest.write_text(manifest.read_text().replace("127.0.0.1", "192.0.2.1", 1))
    role = next(root.glob("var/lib/kubeboot/rehearsal/objects/clusterrolebindings_kubeadm%3Aget*"))
    thing = yaml.safe_load(role.read_text())
    thing["subjects"].append({"kind": "User", "name": "intruder"})
    role.write_text(yaml.safe_dump(thing))
    yield story.place.rehearse("--json", "--upload-certs")
    assert "intruder" not in role.read_text()


def test_a_third_run_repairs_what_was_damaged(damaged: Ended) -> None:
    """Exactly the damaged three are made anew, the certificate with its key."""
    assert damaged.code == 0
    assert sorted(effects(damaged)) == [
        "update ClusterRoleBinding kubeadm:get-nodes",
        "write /etc/kubernetes/manifests/kube-scheduler.yaml",
        "write /etc/kubernetes/pki/apiserver.crt",
        "write /etc/kubernetes/pki/apiserver.key",
    ]


def test_after_the_repair_all_is_well(story: Story, damaged: Ended) -> None:
    """A run after the repair changes nothing again, and plain lines say so."""
    assert damaged.code == 0
    ended = story.place.rehearse("--upload-certs")
    skipped = "↷ preflight, images  skipped: asked to skip it"
    asked_for = "Nothing to do: the part that was asked for is as it should be."
    assert {skipped, asked_for} <= set(ended.out.splitlines())
    assert "kubeadm join" in ended.out


def masked(text: str) -> list[str]:
    """Plain lines without what differs from run to run and from machine to machine."""
    lines = (re.sub(r" +\d+\.\d s ", " TIME ", line) for line in text.splitlines())
    return [line for line in lines if not line.startswith(("!", "✗"))]


def test_plain_lines_are_stable(place: Place) -> None:
    """A phase is a line: sign, title, time, changes; all that nobody asked for are one line."""
    ended = place.rehearse("--only", "certs", "--skip-phases", "certs/sa")
    lines = masked(ended.out)
    assert lines[0].endswith("rehearsal: nothing on this machine is touched")
    assert lines[1:] == [
        "↷ 18 phases  skipped: not among those asked for",
        "↷ certs/sa                                        skipped: asked to skip it",
        "✓ Certificates TIME  22 changes",
        "",
        "Done: a rehearsal of 22 changes; this machine was not touched.",
    ]


def test_a_plain_locale_gets_plain_letters(place: Place) -> None:
    """Where the locale knows ASCII alone, ASCII alone is printed."""
    ended = place.rehearse("--only", "etcd", LANG="C")
    assert ended.out.isascii()
    assert "+ etcd" in ended.out


@pytest.mark.parametrize(
    ("arguments", "ran"),
    [
        (("--only", "certs/ca,etcd"), {"certs", "etcd"}),
        (("--only", "certs", "--only", "etcd"), {"certs", "etcd"}),
        (
            ("--only", "control-plane", "--skip-phases", "control-plane/scheduler"),
            {"control-plane"},
        ),
    ],
)
def test_a_selection_runs_what_was_asked_for(
    place: Place, arguments: tuple[str, ...], ran: set[str]
) -> None:
    """--only and --skip-phases take lists, steps and repeats."""
    ended = place.rehearse("--json", *arguments)
    assert ended.code == 0
    assert {event["phase"] for event in ended.of("PhaseFinished")} == ran


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--only", "certs", "--from", "etcd"), "left out: certs (comes before etcd)"),
        (("--only", "etcd", "--skip-phases", "etcd"), "left out: etcd (asked to skip it)"),
        (
            ("--only", "certs/ca", "--skip-phases", "certs/ca"),
            "left out: certs (all of its steps are left out)",
        ),
    ],
)
def test_a_selection_that_leaves_nothing_is_refused(
    place: Place, words: tuple[str, ...], why: str
) -> None:
    """Flags that leave no phase to run end with 2 and the reasons, and begin no run."""
    ended = place.rehearse(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "error: nothing is left to run" in ended.err
    assert why in ended.err
    assert place.journals() == []


def test_a_part_that_is_good_isnt_everything(place: Place) -> None:
    """A second run of a step alone says no more than that this part is as it should be."""
    place.rehearse("--only", "certs/ca")
    again = place.rehearse("--only", "certs/ca")
    assert "Nothing to do: the part that was asked for is as it should be." in again.out
    assert "certs/apiserver" not in again.out


def test_missing_patches_are_found_at_once(place: Place) -> None:
    """A folder of patches that isn't there ends init with 2 before anything is made."""
    rehearse = ("init", "--rehearse", str(place.rehearsal))
    ended = place.run(*rehearse, "--patches", str(place.folder / "nope"))
    assert (ended.code, ended.out) == (2, "")
    assert f"there is no folder {place.folder / 'nope'} with patches" in ended.err
    assert not (place.rehearsal / "etc").exists()


def test_a_rehearsal_says_what_failed_checks_mean(place: Place) -> None:
    """Checks that stop no rehearsal would stop init, and the line of the phase says so."""
    external = "{endpoints: [https://e:2379], caFile: /no/c, certFile: /no/d, keyFile: /no/k}"
    place.config.write_text(CONFIG + f"etcd: {{external: {external}}}\n")
    ended = place.rehearse("--only", "preflight")
    assert ended.code == 0
    (line,) = (line for line in ended.out.splitlines() if "Preflight checks" in line)
    assert line.startswith("! ")
    assert "here init itself would be refused" in line


def test_preflight_is_checks_and_images(place: Place) -> None:
    """As in kubeadm, --only preflight and --skip-phases=preflight speak of pulling images too."""
    alone = place.rehearse("--json", "--only", "preflight")
    assert {x["phase"] for x in alone.of("PhaseFinished")} == {"preflight", "images"}
    without = place.rehearse("--json", "--only", "images,preflight,etcd", "--skip-phases=preflight")
    assert {x["phase"] for x in without.of("PhaseFinished")} == {"etcd"}
    checked = place.rehearse("--json", "--only", "preflight", "--skip-phases=images")
    assert {x["phase"] for x in checked.of("PhaseFinished")} == {"preflight"}


def test_from_goes_on_where_another_run_ended(place: Place) -> None:
    """After the first phases alone, --from the next does all the rest."""
    assert place.rehearse("--only", "preflight,images,certs").code == 0
    ended = place.rehearse("--json", "--from", "kubeconfig")
    assert ended.code == 0
    skipped = {
        x["phase"] for x in ended.of("PhaseSkipped") if x["reason"] == "comes before kubeconfig"
    }
    assert skipped == {"prepare", "preflight", "certs"}
    assert ended.of("RunFinished")[0]["outcome"] == "done"


def test_a_missing_input_is_told_with_a_remedy(place: Place) -> None:
    """A phase alone on an empty machine fails with 4, what is missing and what to do."""
    ended = place.rehearse("--only", "upload-config")
    assert ended.code == 4
    assert "/etc/kubernetes/admin.conf is missing" in ended.out
    assert "→ Run kubeconfig first, or the same command without --only" in ended.out
    assert "Traceback" not in ended.out + ended.err


def test_a_foreign_certificate_is_refused(place: Place) -> None:
    """Somebody else's broken certificate ends the run with 6 and is left alone."""
    pki = place.rehearsal / "etc/kubernetes/pki"
    pki.mkdir(parents=True)
    (pki / "ca.crt").write_text("mine")
    ended = place.rehearse("--only", "certs")
    assert (ended.code, (pki / "ca.crt").read_text()) == (6, "mine")
    assert "Refused in certs/ca" in ended.out


@AS_ROOT
def test_a_dry_run_shows_changes_and_makes_none(place: Place) -> None:
    """Each change is a line, the machine stays as it was, and no temporary folder is left."""
    before = tree(*MACHINE)
    ended = place.run("init", "--dry-run", "--only", "etcd", "--config", str(place.config))
    assert ended.code == 0, ended.err
    assert "  would write /etc/kubernetes/manifests/etcd.yaml" in ended.out.splitlines()
    assert "dry run: nothing is changed" in ended.out.splitlines()[0]
    assert tree(*MACHINE) == before
    assert list((place.folder / "tmp").iterdir()) == []


@AS_ROOT
def test_a_dry_run_is_refused_by_its_checks(place: Place) -> None:
    """As with kubeadm an error of preflight ends it, here with 3; no temporary folder is left."""
    external = "{endpoints: [https://e:2379], caFile: /no/c, certFile: /no/d, keyFile: /no/k}"
    place.config.write_text(CONFIG + f"etcd: {{external: {external}}}\n")
    ended = place.run("init", "--dry-run", "--config", str(place.config))
    assert ended.code == 3, ended.out + ended.err
    assert "✗ Preflight checks" in ended.out
    assert "/no/c is missing" in ended.out
    assert "would write" not in ended.out
    assert list((place.folder / "tmp").iterdir()) == []


def test_certificates_without_their_key_are_not_uploaded(place: Place) -> None:
    """With an external CA --upload-certs is refused at once: 2, and no run is begun."""
    pki = place.rehearsal / "etc/kubernetes/pki"
    pki.mkdir(parents=True)
    (pki / "ca.crt").write_text("theirs")
    ended = place.rehearse("--upload-certs")
    assert (ended.code, ended.out) == (2, "")
    assert "--upload-certs can't be used here" in ended.err
    assert place.journals() == []


@AS_ROOT
def test_a_file_may_ask_for_a_dry_run(place: Place) -> None:
    """`dryRun: true` in the configuration is as good as the flag."""
    dry = "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\ndryRun: true\n"
    place.config.write_text(CONFIG + dry)
    ended = place.run("init", "--yes", "--only", "etcd", "--config", str(place.config))
    assert "dry run" in ended.out.splitlines()[0]


def test_withheld_values_are_not_printed(place: Place) -> None:
    """--skip-token-print and --skip-certificate-key-print hide them in lines and in --json alike."""
    place.config.write_text(CONFIG + TOKENS)
    hide = ("--upload-certs", "--skip-token-print", "--skip-certificate-key-print")
    for ended in (place.rehearse(*hide), place.rehearse("--json", *hide)):
        assert ended.code == 0
        assert TOKEN not in ended.out
        assert KEY not in ended.out
        assert "--token <value withheld> --discovery" in ended.out
        assert "--certificate-key <value withheld>" in ended.out


def test_the_configuration_may_come_through_a_pipe(place: Place) -> None:
    """`--config -` reads standard input, and problems call it by that name."""
    rehearse = ("init", "--rehearse", str(place.rehearsal), "--only", "etcd", "--config", "-")
    assert place.run(*rehearse, stdin=CONFIG).code == 0
    bad = place.run(*rehearse, stdin=CONFIG + "mood: bright\n")
    assert bad.code == 2
    assert "standard input:" in bad.err


def test_a_resumed_run_still_knows_the_certificate_key(place: Place) -> None:
    """A key that a run uploaded with before it was cut short is in the next run's join command."""
    until = ("preflight", "images", "certs", "kubeconfig", "etcd", "control-plane")
    names = (*until, "kubelet-start", "wait-control-plane", "upload-certs")
    assert place.rehearse("--upload-certs", "--only", ",".join(names)).code == 0
    ended = place.rehearse("--json", "--upload-certs")
    key = json.loads(next(place.state.glob("runs/*/handover.json")).read_text())["certificate_key"]
    assert ended.events[-1]["control_plane"].endswith(f"--control-plane --certificate-key {key}")
    assert not [target for target in effects(ended) if "kubeadm-certs" in target]
