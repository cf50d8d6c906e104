"""Questions that several checks ask, asked once per run: whoever comes later waits for the same answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any, cast

from phases.engine.context import Context
from phases.system.ports import Host, Runtime

OF_THE_HOST = frozenset({"machine", "probe", "read"})
OF_THE_RUNTIME = frozenset({"about", "images", "containers"})


class Once:
    """A port whose verbs of these names answer the same words from memory; a refusal is an answer."""

    def __init__(self, port: object, verbs: frozenset[str]) -> None:
        self._port = port
        self._verbs = verbs
        self._answers: dict[str, Future[Any]] = {}
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._port, name)
        return partial(self._ask, name, verb) if name in self._verbs else verb

    def _ask(self, name: str, verb: Callable[..., Any], *words: Any, **settings: Any) -> Any:
        with self._lock:
            known = self._answers.get(key := f"{name} {words!r}")
            answer = known or self._answers.setdefault(key, Future())
        if known is None:
            settle(answer, partial(verb, *words, **settings))
        return answer.result()


def settle(answer: Future[Any], ask: Callable[[], Any]) -> None:
    try:
        answer.set_result(ask())
    except BaseException as refusal:
        answer.set_exception(refusal)
        raise


def shared(context: Context) -> Context:
    """A context for one look at the machine."""
    host = cast(Host, Once(context.host, OF_THE_HOST))
    runtime = cast(Runtime, Once(context.open_runtime(), OF_THE_RUNTIME))
    return replace(context, host=host, open_runtime=lambda: runtime)
