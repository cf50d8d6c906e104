"""The address ranges as bars: networks of this machine, services and pods, with what overlaps."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widget import Widget

from tui.planner import Plan, Role, Span, scale
from tui.signs import pick, sign
from tui.text import _

NAMES: dict[Role, str] = {
    "network": "network of {interface}",
    "bridge": "containers of {interface}",
    "services": "services",
    "pods": "pods",
}
"""What a span is, in a word; drawn through `_`."""

FILLS: dict[Role, tuple[str, str]] = {
    "network": ("▒", ":"),
    "bridge": ("▒", ":"),
    "services": ("▓", "="),
    "pods": ("█", "#"),
}


class NetworkPlan(Widget):
    """Draws a plan; `show` gives it another one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "plan--network",
        "plan--bridge",
        "plan--services",
        "plan--pods",
        "plan--overlap",
        "plan--quiet",
    }

    def __init__(self, plan: Plan) -> None:
        super().__init__(classes="below")
        self._plan = plan

    def show(self, plan: Plan) -> None:
        if plan != self._plan:
            self._plan = plan
            self.refresh(layout=True)

    def get_content_height(self, *_sizes: object) -> int:
        return len(self._lines(60))

    def render(self) -> Text:
        return Text("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Text]:
        plan = self._plan
        lines = [
            line
            for version in (4, 6)
            for line in self._bars([s for s in plan.spans if s.network.version == version], width)
        ]
        if words := capacity_words(plan):
            lines += [Text(), self._quiet(words)]
        return lines

    def _bars(self, spans: list[Span], width: int) -> list[Text]:
        label = max((cell_len(str(span.network)) for span in spans), default=0) + 1
        names = max((cell_len(_name(span)) for span in spans), default=0) + 1
        bar = max(min(width - label - names - 4, 40), 8)
        where = scale(spans, bar)
        return [self._bar(span, where[span], label, bar) for span in spans]

    def _bar(self, span: Span, where: tuple[int, int], label: int, width: int) -> Text:
        begin, end = where
        clash = any(span in pair for pair in self._plan.overlaps)
        fill = pick(*FILLS[span.role])
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(set_cell_size(str(span.network), label), self._style("overlap") if clash else "")
        line.append(" " * begin + fill * max(end - begin, 1), self._style("overlap" if clash else span.role))
        line.append(" " * (width - max(end, begin + 1)))
        line.append(" " + _name(span), self._style("quiet"))
        if clash:
            line.append(f" {sign('missing')}", self._style("overlap"))
        return line

    def _quiet(self, words: str) -> Text:
        return Text(words, self._style("quiet"))

    def _style(self, name: str) -> str:
        return str(self.get_component_rich_style(f"plan--{name}", partial=True))


def _name(span: Span) -> str:
    return _(NAMES[span.role], interface=span.name) if span.name else _(NAMES[span.role])


def overlap_words(plan: Plan) -> list[str]:
    """Each overlap as a sentence."""
    return [
        _("{one} ({name}) overlaps {other} ({other_name}).", one=one.network, name=_name(one),
          other=other.network, other_name=_name(other))
        for one, other in plan.overlaps
    ]  # fmt: skip


def capacity_words(plan: Plan) -> str:
    """How much fits."""
    fits = plan.capacity
    services = _("{count} service addresses", count=f"{plan.services:,}") if plan.services else ""
    if fits is None:
        return services
    nodes = _("{nodes} nodes × {pods} pods fit", nodes=f"{fits.nodes:,}", pods=f"{fits.addresses:,}")
    if fits.pods < fits.addresses:
        nodes = _(
            "{nodes} nodes × {pods} pods fit (a kubelet starts {most} of them)",
            nodes=f"{fits.nodes:,}",
            pods=f"{fits.addresses:,}",
            most=fits.pods,
        )
    return f"{nodes} · {services}" if services else nodes
