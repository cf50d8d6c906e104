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
    ended = asyncio.run(_attempted(work))
    with suppress(RuntimeError):  # the loop has ended, nobody waits any more
        loop.call_soon_threadsafe(_hand_over, ended, result)


async def _attempted(work: Callable[[], T]) -> asyncio.Task[T]:
    """The work as a task that has ended: it holds the result or the error."""

    async def called() -> T:
        return work()

    task = asyncio.create_task(called())
    await asyncio.wait([task])
    return task


def _hand_over(ended: asyncio.Task[T], result: asyncio.Future[T]) -> None:
    error = ended.exception()
    if result.done():  # it isn't waited for any more
        return
    if error is not None:
        result.set_exception(error)
    else:
        result.set_result(ended.result())
