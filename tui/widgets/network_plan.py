"""The address ranges as bars: networks of this machine, services and pods, with what overlaps."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widget import Widget

from tui.planner import Plan, Role, Span, scale
from tui.signs import pick, sign, spelled
from tui.text import _, mark

NAMES: dict[Role, str] = {
    "network": "{interface}",
    "bridge": "{interface}",
    "services": mark("services"),
    "pods": mark("pods"),
}
"""What a span is, in a word; drawn through `_`."""

FILLS: dict[Role, tuple[str, str]] = {
    "network": ("▒", ":"),
    "bridge": ("▒", ":"),
    "services": ("▓", "="),
    "pods": ("█", "#"),
}


WIDEST, NARROWEST = 40, 8
"""Cells of a bar's line."""


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
        columns = self._columns(width)
        lines = [
            line
            for version in (4, 6)
            for line in self._bars(
                [s for s in plan.spans if s.network.version == version], *columns
            )
        ]
        words = [self._quiet(one) for one in capacity_words(plan)]
        return [*lines, Text(), *words]

    def _columns(self, width: int) -> tuple[int, int]:
        """The cells of labels and of bars, the same for both families of addresses."""
        label = max((cell_len(str(span.network)) for span in self._plan.spans), default=0) + 1
        names = max((cell_len(_name(span)) for span in self._plan.spans), default=0)
        room = width - label - names - cell_len(sign("missing")) - 3
        return label, max(min(room, WIDEST), NARROWEST)

    def _bars(self, spans: list[Span], label: int, bar: int) -> list[Text]:
        where = scale(spans, bar)
        return [self._bar(span, where[span], label, bar) for span in spans]

    def _bar(self, span: Span, where: tuple[int, int], label: int, width: int) -> Text:
        begin, end = where
        clash = any(span in pair for pair in self._plan.overlaps)
        fill = pick(*FILLS[span.role])
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(
            set_cell_size(str(span.network), label), self._style("overlap") if clash else ""
        )
        line.append(
            " " * begin + fill * max(end - begin, 1), self._style("overlap" if clash else span.role)
        )
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


def capacity_words(plan: Plan) -> list[str]:
    """How much fits, in a few short lines."""
    lines = []
    if fits := plan.capacity:
        nodes, pods = f"{fits.nodes:,}", f"{fits.addresses:,}"
        lines.append(spelled(_("{nodes} nodes × {pods} pods fit", nodes=nodes, pods=pods)))
        if fits.pods < fits.addresses:
            lines.append(_("a kubelet starts {most} of them", most=fits.pods))
    if plan.services:
        lines.append(_("{count} service addresses", count=f"{plan.services:,}"))
    return lines
