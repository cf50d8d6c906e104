"""What stands below the fields of some sections: where an address goes, what an empty endpoint means,
the network plan, the presets, and all that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from phases.model.network import join_host_port
from tui import portrait, sections
from tui.planner import Proposal
from tui.session import Session
from tui.signs import pick, sign
from tui.text import _, clean, mark
from tui.widgets.ahead import Ahead
from tui.widgets.form import Action, Form
from tui.widgets.network_plan import NetworkPlan

PATHS = {"pods": "networking.podSubnet", "services": "networking.serviceSubnet"}
PROPOSALS = {
    "pods": mark("Use {range} for pods"),
    "services": mark("Use {range} for services"),
}
"""The actions of the planner; drawn through `_`."""


def widgets(session: Session) -> tuple[Widget, ...]:
    """The widgets below the fields of the section one is in."""
    makers = {
        "cluster": _presets,
        "node": _explained,
        "endpoint": _explained,
        "networking": _network,
        "images": _images,
        "review": _review,
    }
    maker = makers.get(session.section)
    return tuple(maker(session)) if maker else ()


def update(form: Form, session: Session) -> None:
    """The same widgets after the draft has changed."""
    for static in form.query(Explained):
        static.update(explanation(session))
    for plan in form.query(NetworkPlan):
        plan.show(session.network_plan)
    for box in form.query(Box):
        box.refill(session)


class Explained(Static):
    """Sentences that follow from what was typed."""


class Box(Vertical):
    """Lines to act on that come and go with the draft."""

    def __init__(self, content: str, session: Session) -> None:
        super().__init__(classes="below")
        self.content = content
        self._shown = tuple(_actions(content, session))

    def compose(self) -> Iterator[Widget]:
        yield from (Action(name, label) for name, label in self._shown)

    def refill(self, session: Session) -> None:
        """Only when something else is to be shown, so that the focus stays."""
        wanted = tuple(_actions(self.content, session))
        if wanted != self._shown:
            self._shown = wanted
            self.refresh(recompose=True)


def _actions(content: str, session: Session) -> Iterator[tuple[str, str]]:
    if content == "ranges":
        for path, text in proposals(session):
            label = _(PROPOSALS[next(role for role, at in PATHS.items() if at == path)], range=text)
            yield f"range:{path}={text}", f"{pick('→', '->')} {label}  F4"
        return
    for state, found in (("missing", session.problems()), ("risky", session.warnings())):
        for path, where, text in portrait.list_of(found):
            yield f"field:{path}" if path else "yaml", f"{sign(state)} {where}\n  {text}"  # type: ignore[arg-type]
    if not session.problems():
        yield "review", f"{pick('→', '->')} " + _("Look at what will be done")


def _explained(session: Session) -> Iterator[Widget]:
    yield Explained(explanation(session), classes="below", markup=False)


def _presets(_session: Session) -> Iterator[Widget]:
    words = _("Lab, production, edge, mirrors, air-gapped, or one of your own")
    yield Action("presets", f"{pick('→', '->')} " + _("Start from a preset") + f"  F6\n  {words}")
    yield Static("")


def _network(session: Session) -> Iterator[Widget]:
    yield NetworkPlan(session.network_plan)
    yield Box("ranges", session)


def _images(_session: Session) -> Iterator[Widget]:
    yield Static(_("Take images from"), classes="section-title", markup=False)
    for mirror in sections.MIRRORS:
        yield Action(
            f"mirror:{mirror.name}", f"{pick('→', '->')} {_(mirror.title)}\n  {_(mirror.help)}"
        )
    yield Ahead()


def _review(session: Session) -> Iterator[Widget]:
    yield Box("troubles", session)


def explanation(session: Session) -> Text | Table:
    """What follows from the fields of the section one is in."""
    match session.section:
        case "node":
            return _where_it_goes(session)
        case "endpoint":
            return _endpoint(session)
    return Text()


def _where_it_goes(session: Session) -> Text | Table:
    address = session.effective("localAPIEndpoint.advertiseAddress")
    if not address:
        return Text()
    return _table(_("{address} goes to", address=address), list(_places(session, address)))


def _places(session: Session, address: str) -> Iterator[tuple[str, str]]:
    """Everything the address is written into; with an endpoint of its own, what that takes from it."""
    port = session.effective("localAPIEndpoint.bindPort")
    here = join_host_port(address, int(port) if port.isdecimal() else 6443)
    has_etcd = session.effective("etcd") == "local"
    yield _("API server"), here
    if has_etcd:
        yield "etcd", f"{join_host_port(address, 2379)}, :2380"
    yield (
        _("Certificates"),
        _("of the API server and of etcd") if has_etcd else _("of the API server"),
    )
    yield (
        _("Manifests"),
        _("annotations of the API server and of etcd")
        if has_etcd
        else _("an annotation of the API server"),
    )
    if endpoint := _given_endpoint(session):
        yield _("Kubeconfigs"), _("of kubelet, controller manager and scheduler here")
        yield (
            _("not to"),
            _("admin.conf, kube-proxy and joining nodes: {endpoint}", endpoint=endpoint),
        )
    else:
        yield _("Kubeconfigs"), f"https://{here}"
        yield (
            _("Joining nodes"),
            _("{address}: join command, cluster-info, kube-proxy", address=here),
        )


def _given_endpoint(session: Session) -> str:
    """The endpoint with its port, empty where none is given or it isn't one yet."""
    given = session.value("controlPlaneEndpoint")
    return session.verdict.configuration.cluster.control_plane_endpoint or given if given else ""


def _table(title: str, rows: list[tuple[str, str]]) -> Table:
    """Names on the left, and what is said of them folded on the right."""
    table = Table.grid(padding=(0, 2))
    table.title, table.title_justify, table.title_style = Text(clean(title)), "left", "bold"
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(Text(name), Text(clean(text)))
    return table


def _endpoint(session: Session) -> Text:
    address = session.effective("localAPIEndpoint.advertiseAddress")
    if given := _given_endpoint(session):
        uses = _(
            "admin.conf, kube-proxy, joining nodes and further control planes use {endpoint}. "
            "It must lead here before you start.",
            endpoint=given,
        )
        own = _(
            "The kubelet, controller manager and scheduler of this machine keep to {address}.",
            address=address or "?",
        )
        return Text(f"{uses}\n{own}")
    words = (
        _(
            "Without an endpoint everything points at {address} of this machine.",
            address=address or "?",
        ),
        _("No second control plane can join later, and the address can't move to another machine."),
        _("A name is enough: let it lead to this machine now and to a load balancer later."),
    )
    return Text("\n".join(words))


def proposals(session: Session) -> list[tuple[str, str]]:
    """Free ranges by the field that they are for."""
    found: tuple[Proposal, ...] = session.network_plan.proposals
    return [(PATHS[one.role], one.text) for one in found]
