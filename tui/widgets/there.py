"""Whether a page, or a part of one, can be drawn on. What is drawn is its own business."""

from __future__ import annotations

from textual.widget import Widget


def is_there(widget: Widget) -> bool:
    """Not before it has its parts, nor while it is taken down: its timers and workers outlive them."""
    return bool(widget.children) and widget.display and widget.is_attached
