"""Work beside the screen that may take long, and that nobody has to wait for when the program ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def beside(work: Callable[[], T]) -> T:
    """What `work` gives, from a thread that is left behind when it isn't waited for any more.

    `asyncio.to_thread` would have the program wait for it at its end.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()
    threading.Thread(target=_work, args=(work, loop, result), name="beside", daemon=True).start()
    return await result


def _work(
    work: Callable[[], T], loop: asyncio.AbstractEventLoop, result: asyncio.Future[T]
) -> None:
    try:
        found = work()
    except BaseException as error:  # noqa: BLE001  it is raised where it is waited for
        _give(loop, result, result.set_exception, error)
    else:
        _give(loop, result, result.set_result, found)


def _give(
    loop: asyncio.AbstractEventLoop,
    result: asyncio.Future[T],
    give: Callable[..., None],
    found: object,
) -> None:
    """The loop may have ended, or nobody may wait any more."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(lambda: None if result.done() else give(found))
