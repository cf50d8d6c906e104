"""The preflight phase: what becomes of findings, waivers, hanging checks and a second run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from phases import preflight
from phases.checks.check import Check, Finding
from phases.checks.table import TABLES, Kind
from phases.engine.context import Context, Options
from phases.engine.errors import Cancelled, PreflightRefused
from phases.engine.events import Report, Warned
from phases.model.types import NodeRegistration
from tests.checks.bench import Bench

MANIFESTS = "/etc/kubernetes/manifests"
BAD = Finding("error", "none", "some", "Get some")
POOR = Finding("warning", "few", "many", "Get many")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def refusal(bench: Bench) -> PreflightRefused:
    with pytest.raises(PreflightRefused) as caught:
        preflight.run(bench.context())
    return caught.value


def waive(bench: Bench, *names: str) -> None:
    """Flags and the configuration's own names have become one before a phase sees them."""
    bench.init(node_registration=NodeRegistration(name="master", ignore_preflight_errors=names))


def finds(*findings: Finding) -> Check:
    return Check("Odd", lambda _: findings, "")


def test_a_machine_that_is_ready(bench: Bench) -> None:
    """On a machine that is ready every check passes, is reported, and changes nothing."""
    effects = len(bench.host.effects)
    preflight.run(bench.context())
    assert set(bench.states.values()) == {"passed"}
    assert {"IsPrivilegedUser", "NumCPU", "Port-6443", "KubeletDropIn"} <= set(bench.states)
    assert len(bench.host.effects) == effects
    assert not bench.warnings


def test_all_failures_at_once(bench: Bench) -> None:
    """Every failed check has a line of its own in one refusal, with found, needed and remedy."""
    bench.facts(cpus=1, memory=1 << 30)
    error = refusal(bench)
    assert error.exit_code == 3
    assert error.what == "2 checks failed"
    assert error.why.splitlines() == [
        "[NumCPU] 1 CPU; needed: 2 or more. Give the machine more CPUs",
        "[Mem] 1024 MiB of memory; needed: 1700 MiB or more. Give the machine more memory",
    ]
    assert "--ignore-preflight-errors=NumCPU,Mem" in error.remedy
    assert (bench.states["NumCPU"], bench.states["Swap"]) == ("failed", "passed")


def test_root_first_and_alone(bench: Bench) -> None:
    """Without root nothing else is looked at."""
    bench.facts(euid=1000, cpus=1)
    assert refusal(bench).what == "1 check failed"
    assert bench.states == {"IsPrivilegedUser": "failed"}


def test_root_waived(bench: Bench) -> None:
    """Even root can be waived; the other checks are then made."""
    bench.facts(euid=1000)
    waive(bench, "isprivilegeduser")
    preflight.run(bench.context())
    assert (bench.states["IsPrivilegedUser"], bench.states["NumCPU"]) == ("waived", "passed")


def test_a_warning(bench: Bench) -> None:
    """A warning refuses nothing and is told."""
    bench.host.answer("systemctl is-active firewalld", stdout="active\n")
    preflight.run(bench.context())
    assert bench.states["Firewalld"] == "warned"
    assert [text.partition("]")[0] for text in bench.warnings] == ["[Firewalld"]


@pytest.mark.parametrize("name", ["numcpu", "NumCPU", "NUMCPU"])
def test_waived_by_name(bench: Bench, name: str) -> None:
    """A check that is waived by name, in any case, becomes a warning and is recorded as waived."""
    bench.facts(cpus=1, memory=0)
    waive(bench, name)
    assert refusal(bench).what == "1 check failed"
    assert (bench.states["NumCPU"], bench.states["Mem"]) == ("waived", "failed")
    assert bench.warnings[0].startswith("[NumCPU] 1 CPU")


def test_all_waived(bench: Bench) -> None:
    """`all` waives every check; those that pass still count as passed."""
    bench.facts(cpus=1, memory=0, euid=1000)
    waive(bench, "all")
    preflight.run(bench.context())
    waived = {name for name, state in bench.states.items() if state == "waived"}
    assert waived == {"IsPrivilegedUser", "NumCPU", "Mem"}


def test_a_waiver_says_nothing_of_warnings(bench: Bench) -> None:
    """A waived check that only warns is recorded as warned."""
    bench.host.answer("systemctl is-active firewalld", stdout="active\n")
    waive(bench, "firewalld")
    preflight.run(bench.context())
    assert bench.states["Firewalld"] == "warned"


def test_more_than_one_finding(bench: Bench) -> None:
    """A check that finds both an error and a warning has failed, and both are told."""
    with pytest.raises(PreflightRefused) as caught:
        preflight.examine(bench.context(), [finds(POOR, BAD)])
    assert caught.value.why == "[Odd] none; needed: some. Get some"
    assert bench.warnings == ["[Odd] few; needed: many. Get many"]
    assert bench.states == {"Odd": "failed"}


def test_what_is_said_twice(bench: Bench) -> None:
    """Findings that need the same say so once in the table."""
    again = Finding("error", "nothing", BAD.needed, BAD.remedy)
    with pytest.raises(PreflightRefused):
        preflight.examine(bench.context(), [finds(BAD, again)])
    (report,) = (event for event in bench.events if isinstance(event, Report))
    told = {key: report.data[key] for key in ("found", "needed", "remedy")}
    assert told == {"found": "none; nothing", "needed": "some", "remedy": "Get some"}


@pytest.mark.parametrize(
    "options", [Options(mode="rehearsal"), Options(mode="dry-run", regardless=True)]
)
def test_a_rehearsal_and_a_preview_are_not_refused(bench: Bench, options: Options) -> None:
    """There failures are told as errors but stop nothing, and nobody need be root."""
    bench.options = options
    bench.facts(cpus=1, euid=1000)
    bench.host.answer("systemctl is-active firewalld", stdout="active\n")
    preflight.run(bench.context())
    assert bench.states["NumCPU"] == "failed"
    assert "IsPrivilegedUser" not in bench.states
    told = [(w.text.partition("]")[0], w.level) for w in bench.events if isinstance(w, Warned)]
    assert told == [("[Firewalld", "warning"), ("[NumCPU", "error")]


@pytest.mark.parametrize("options", [Options(mode="dry-run"), Options(regardless=True)])
def test_a_dry_run_is_refused_as_the_real_thing_is(bench: Bench, options: Options) -> None:
    """As kubeadm's own --dry-run; and the real thing is never begun regardless."""
    bench.options = options
    bench.facts(cpus=1)
    assert refusal(bench).what == "1 check failed"


def second_run() -> Bench:
    """A machine on which an earlier run of ours has come to its end."""
    bench = Bench()
    for component in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"):
        bench.plant(f"{MANIFESTS}/{component}.yaml", ours=True)
    bench.plant("/var/lib/kubelet/config.yaml", ours=True)
    bench.host.make_directory("/var/lib/etcd/member", mode=0o700)
    bench.ours.add("/var/lib/etcd")
    bench.host.taken |= {6443, 10250, 10257, 10259, 2379, 2380}
    bench.facts(addresses=("127.0.0.1", "192.0.2.10", "10.244.0.1"))
    bench.host.answer("ip -j -4", stdout='[{"dst": "10.244.0.0/24"}]')
    return bench


def test_second_run() -> None:
    """A machine that we made a master passes again, without a word."""
    bench = second_run()
    preflight.run(bench.context())
    assert set(bench.states.values()) == {"passed"}
    assert not bench.warnings


def test_somebody_elses_master() -> None:
    """The same machine without our ledger is refused for everything that is in the way."""
    bench = second_run()
    bench.ours.clear()
    assert refusal(bench).what == "11 checks failed"


def test_a_check_that_hangs(bench: Bench) -> None:
    """A check that hangs is reported by its name and holds nothing else up."""
    release = threading.Event()

    def hang(_: Context) -> Iterator[Finding]:
        release.wait(30)
        yield BAD

    checks = [Check("Stuck", hang, "", seconds=0.05), Check("Fine", lambda _: (), "")]
    with pytest.raises(PreflightRefused, match=r"no answer within 0\.05 s"):
        preflight.examine(bench.context(), checks)
    release.set()
    assert bench.states == {"Stuck": "failed", "Fine": "passed"}


def test_a_check_that_hangs_and_only_warns(bench: Bench) -> None:
    """A check that never refuses anything doesn't do so by hanging."""
    release = threading.Event()

    def hang(_: Context) -> Iterator[Finding]:
        release.wait(30)
        yield POOR

    preflight.examine(bench.context(), [Check("Stuck", hang, "", level="warning", seconds=0.05)])
    release.set()
    assert bench.states == {"Stuck": "warned"}


def test_side_by_side(bench: Bench) -> None:
    """Checks run side by side: two that wait for each other both pass."""
    barrier = threading.Barrier(2, timeout=3)

    def meet(_: Context) -> Iterator[Finding]:
        barrier.wait()
        return iter(())

    preflight.examine(bench.context(), [Check("One", meet, ""), Check("Two", meet, "")])
    assert bench.states == {"One": "passed", "Two": "passed"}


def test_in_the_order_of_the_table(bench: Bench) -> None:
    """Checks are reported in the order in which they are listed, whichever ends first."""
    first = threading.Event()

    def slow(_: Context) -> Iterator[Finding]:
        first.wait(3)
        return iter(())

    def quick(_: Context) -> Iterator[Finding]:
        first.set()
        return iter(())

    preflight.examine(bench.context(), [Check("Slow", slow, ""), Check("Quick", quick, "")])
    assert list(bench.states) == ["Slow", "Quick"]


def test_a_check_that_the_system_refuses(bench: Bench) -> None:
    """A check that can't be made for an error of the system has failed, and says why."""
    bench.host.remove("/proc/sys/kernel/osrelease")
    assert "osrelease" in refusal(bench).why
    assert bench.states["SystemVerification"] == "failed"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_in_a_check(bench: Bench) -> None:
    """A defect is no finding: it reaches the engine as it is."""

    def broken(_: Context) -> Iterator[Finding]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        preflight.examine(bench.context(), [Check("Broken", broken, "")])
    for thread in threading.enumerate():
        if thread.name == "Broken":
            thread.join()


def test_a_request_to_stop(bench: Bench) -> None:
    """A request to stop is obeyed between two checks."""
    context = replace(bench.context(), stop_signal=lambda: 15)
    with pytest.raises(Cancelled):
        preflight.run(context)


def test_the_phase() -> None:
    """Preflight comes before everything, and looks at the machine as it was prepared."""
    assert (preflight.PHASE.name, preflight.PHASE.after) == ("preflight", ("prepare",))


@pytest.mark.parametrize("kind", list(TABLES))
def test_the_checks_are_those_of_what_it_is_to_become(bench: Bench, kind: Kind) -> None:
    """A worker's or a control plane's, where the machine is to join; init's otherwise."""
    bench.options = Options(becoming=kind)
    with suppress(PreflightRefused):
        preflight.run(bench.context())
    wanted = [check for check in TABLES[kind] if check.applies(bench.configuration)]
    made = {check.called(bench.configuration) for check in wanted}
    assert bench.states.keys() - {"IsPrivilegedUser"} == made
