"""Plans: the order of phases, what the operator leaves out, and the reason for each."""

from __future__ import annotations

import pytest

from phases.engine.errors import ConfigurationError
from phases.engine.phase import Phase
from phases.engine.plan import ORDER, Plan, Selection, make_plan
from phases.engine.registry import discover


def phase(
    name: str, *after: str, steps: tuple[str, ...] = (), aliases: tuple[str, ...] = ()
) -> Phase:
    return Phase(name, name.title(), lambda _: None, after=after, steps=steps, aliases=aliases)


PHASES = (
    phase("addon/dns", "wait"),
    phase("addon/proxy", "wait"),
    phase("certs", "preflight", steps=("ca", "leaf", "sa")),
    phase("etcd", "certs", steps=("local",)),
    phase("kubeconfig", "certs", steps=("admin",)),
    phase("last", "addon/dns", "addon/proxy", "upload-config"),
    phase("preflight"),
    phase("upload-config", "wait", aliases=("uploadconfig",), steps=("kubeadm",)),
    phase("wait", "etcd", "kubeconfig"),
)
EARLY = "comes before {}"
ASKED, OTHERS = "asked to skip it", "not among those asked for"


def plan(**selection: object) -> Plan:
    return make_plan(PHASES, "init", Selection(**selection))  # type: ignore[arg-type]


def skipped(made: Plan) -> dict[str, str]:
    return {p.phase.name: p.skip for p in made.phases if p.skip}


def step_skips(made: Plan) -> dict[str, str]:
    return {
        f"{p.phase.name}/{step}": why
        for p in made.phases
        for step, why in p.step_skips.items()
        if not p.skip
    }


def test_nothing_comes_before_what_it_needs() -> None:
    """In a plan each phase stands behind all that it comes after."""
    order = [planned.phase.name for planned in plan().phases]
    for each in PHASES:
        assert all(order.index(name) < order.index(each.name) for name in each.after)
    assert sorted(order) == sorted(each.name for each in PHASES)


def test_the_order_is_the_same_every_time() -> None:
    """The order doesn't depend on the order in which phases were found."""
    assert make_plan(reversed(PHASES), "init", Selection()).phases == plan().phases


def test_what_the_graph_leaves_free_stands_in_kubeadms_order() -> None:
    """Of phases that may come next kubeadm's first is the first; unknown ones come last, by name."""
    free = [phase(name) for name in ("zeta", "etcd", "alpha", "upload-certs", "certs")]
    made = make_plan(free, "init", Selection())
    names = [planned.phase.name for planned in made.phases]
    assert names == ["certs", "etcd", "upload-certs", "alpha", "zeta"]


def test_the_phases_of_init_stand_in_kubeadms_order() -> None:
    """Nothing in our graph contradicts the order in which kubeadm runs its phases."""
    names = [planned.phase.name for planned in make_plan(discover(), "init", Selection()).phases]
    assert names[: len(ORDER)] == list(ORDER)


def test_what_is_left_to_run_is_known() -> None:
    """A phase that is left out, or all of whose steps are, isn't among those that run."""
    assert [one.name for one in plan(only=("certs", "etcd")).running] == ["certs", "etcd"]
    assert [one.name for one in plan(only=("certs",), skip=("certs/ca",)).running] == ["certs"]
    assert plan(only=("etcd",), skip=("etcd/local",)).running == ()
    assert plan(only=("certs",), start_from="etcd").running == ()


def test_one_name_may_stand_for_several() -> None:
    """An alias that is another phase's name means both, wherever a name can be given."""
    pair = (phase("checks"), phase("pulls", "checks", aliases=("checks",)), phase("rest", "pulls"))
    both = dict.fromkeys(("checks", "pulls"), ASKED)
    assert skipped(make_plan(pair, "init", Selection(skip=("checks",)))) == both
    assert skipped(make_plan(pair, "init", Selection(only=("checks",)))) == {"rest": OTHERS}
    assert skipped(make_plan(pair, "init", Selection(start_from="checks"))) == {}
    assert skipped(make_plan(pair, "init", Selection(skip=("pulls",)))) == {"pulls": ASKED}


def test_a_workflow_has_its_own_phases() -> None:
    """A phase of another workflow isn't in the plan, and coming after it holds nobody up."""
    other = Phase("wipe", "Wipe", lambda _: None, workflows=("reset",))
    made = make_plan((other, phase("certs", "wipe")), "init", Selection())
    assert [p.phase.name for p in made.phases] == ["certs"]
    made.graph().prepare()


def test_a_circle_is_an_error() -> None:
    """Phases that wait for each other are a mistake of whoever wrote them."""
    with pytest.raises(ValueError, match="cycle"):
        make_plan((phase("a", "b"), phase("b", "a")), "init", Selection())


def test_without_a_wish_all_run() -> None:
    """No selection leaves nothing out."""
    assert (skipped(plan()), step_skips(plan())) == ({}, {})


def test_a_group_starts_as_a_whole() -> None:
    """--from a group leaves out none of it, though one member comes after another."""
    chain = (phase("g/a", "z"), phase("g/b", "g/a"), phase("z"))
    made = make_plan(chain, "init", Selection(start_from="g"))
    assert skipped(made) == {"z": EARLY.format("g")}


ADDONS = {"addon/dns", "addon/proxy"}
ALL = {each.name for each in PHASES}
BEFORE_WAIT = {"preflight", "certs", "etcd", "kubeconfig"}


@pytest.mark.parametrize(
    ("wish", "reasons"),
    [
        ({"skip": ("etcd",)}, {"etcd": ASKED}),
        ({"skip": ("addon",)}, dict.fromkeys(ADDONS, ASKED)),
        ({"skip": ("addon/dns",)}, {"addon/dns": ASKED}),
        ({"skip": ("uploadconfig",)}, {"upload-config": ASKED}),
        ({"skip": ("certs/ca",)}, {}),
        ({"only": ("etcd",)}, dict.fromkeys(ALL - {"etcd"}, OTHERS)),
        ({"only": ("addon",)}, dict.fromkeys(ALL - ADDONS, OTHERS)),
        ({"only": ("certs/ca", "etcd")}, dict.fromkeys(ALL - {"certs", "etcd"}, OTHERS)),
        ({"only": ("uploadconfig",)}, dict.fromkeys(ALL - {"upload-config"}, OTHERS)),
        (
            {"only": ("etcd", "certs"), "skip": ("certs",)},
            {**dict.fromkeys(ALL - {"etcd", "certs"}, OTHERS), "certs": ASKED},
        ),
        ({"start_from": "preflight"}, {}),
        ({"start_from": "etcd"}, dict.fromkeys(("preflight", "certs"), EARLY.format("etcd"))),
        ({"start_from": "certs/leaf"}, {"preflight": EARLY.format("certs/leaf")}),
        ({"start_from": "addon"}, dict.fromkeys({*BEFORE_WAIT, "wait"}, EARLY.format("addon"))),
        ({"start_from": "last"}, dict.fromkeys(ALL - {"last"}, EARLY.format("last"))),
        (
            {"start_from": "wait", "skip": ("addon",)},
            {
                **dict.fromkeys(BEFORE_WAIT, EARLY.format("wait")),
                **dict.fromkeys(ADDONS, ASKED),
            },
        ),
    ],
)
def test_what_is_left_out_has_its_reason(wish: dict[str, object], reasons: dict[str, str]) -> None:
    """Phases, groups, aliases and steps can be named in each of the three wishes."""
    assert skipped(plan(**wish)) == reasons


@pytest.mark.parametrize(
    ("wish", "reasons"),
    [
        ({"skip": ("certs/ca",)}, {"certs/ca": ASKED}),
        ({"skip": ("uploadconfig/kubeadm",)}, {"upload-config/kubeadm": ASKED}),
        ({"only": ("certs/ca",)}, dict.fromkeys(("certs/leaf", "certs/sa"), OTHERS)),
        ({"only": ("certs",)}, {}),
        ({"only": ("certs",), "skip": ("certs/sa",)}, {"certs/sa": ASKED}),
        ({"start_from": "certs/leaf"}, {"certs/ca": EARLY.format("certs/leaf")}),
        ({"start_from": "certs"}, {}),
    ],
)
def test_steps_are_left_out_by_name(wish: dict[str, object], reasons: dict[str, str]) -> None:
    """A step's name reaches that step alone; --from a step leaves out those before it."""
    assert step_skips(plan(**wish)) == reasons


@pytest.mark.parametrize("field", ["skip", "only", "start_from"])
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cert", "Did you mean certs?"),
        ("certs/lef", "Did you mean certs/leaf?"),
        ("addons", "Did you mean addon?"),
        ("zzzz", "`kubeboot-tui phases` lists them"),
    ],
)
def test_an_unknown_name_is_refused(field: str, name: str, hint: str) -> None:
    """A name that nothing has ends in an error that knows a better one."""
    with pytest.raises(ConfigurationError) as caught:
        plan(**{field: name if field == "start_from" else (name,)})
    assert (caught.value.exit_code, caught.value.remedy) == (2, hint)
    assert name in caught.value.what


def test_the_outline_tells_the_plan() -> None:
    """The journal's outline has each phase in order, with steps and the reason of a skip."""
    outline = plan(skip=("etcd",)).outline()
    assert [each.name for each in outline] == [p.phase.name for p in plan().phases]
    etcd = next(each for each in outline if each.name == "etcd")
    assert (etcd.title, etcd.after, etcd.steps, etcd.skip) == (
        "Etcd",
        ("certs",),
        ("local",),
        ASKED,
    )


def test_the_phases_of_init_are_found() -> None:
    """Discovery finds kubeadm's phases of init, each coming only after phases that there are."""
    found = {each.name: each for each in discover()}
    assert set(found) >= {
        *("preflight", "images", "certs", "kubeconfig", "etcd", "control-plane", "kubelet-start"),
        *("wait-control-plane", "upload-config", "upload-certs", "mark-control-plane"),
        *("bootstrap-token", "kubelet-finalize", "addon/coredns", "addon/kube-proxy"),
        "show-join-command",
    }
    assert {name for each in found.values() for name in each.after} <= set(found)


@pytest.mark.parametrize(
    "name",
    [
        *("certs/ca", "certs/etcd-healthcheck-client", "certs/sa", "kubeconfig/super-admin"),
        *("control-plane/controller-manager", "etcd/local", "upload-config/kubelet", "addon"),
        *("kubelet-finalize/enable-client-cert-rotation", "bootstrap-token", "addon/kube-proxy"),
    ],
)
def test_kubeadms_own_names_are_known(name: str) -> None:
    """What --skip-phases takes in kubeadm, it takes here."""
    made = make_plan(discover(), "init", Selection(skip=(name,)))
    assert skipped(made) or step_skips(made)
