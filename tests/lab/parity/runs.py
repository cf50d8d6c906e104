"""All comparisons of a session, two at a time, each computed once and begun before it is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
Pair: TypeAlias = tuple[str, str]


class Runs(Generic[T]):
    """`work(minor, case)` for each wanted pair in the background; the others when they are asked for."""

    def __init__(self, work: Callable[[str, str], T], wanted: Iterable[Pair]) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1)
        self._results: dict[Pair, Future[T]] = {}
        for pair in wanted:
            self._begin(pair)

    def result(self, minor: str, case: str) -> T:
        return self._begin((minor, case)).result()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _begin(self, pair: Pair) -> Future[T]:
        if pair not in self._results:
            self._results[pair] = self._pool.submit(self._work, *pair)
        return self._results[pair]
