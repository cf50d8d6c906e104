"""What a front end asks of an engine: the configuration's text, what to run and how, as one JSON object.

It travels over a pipe, never over the command line or a file, because a configuration may hold secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from phases.engine.errors import ConfigurationError

Mode = Literal["real", "rehearsal", "dry-run"]


@dataclass(frozen=True, slots=True)
class Request:
    """`config` is the text of a kubeadm.yaml (None without one), `config_name` what messages call it.

    `flags` are kubeadm's own value flags by name; `folder` is where a rehearsal lands.
    """

    workflow: str = "init"
    config: str | None = None
    config_name: str = "kubeadm.yaml"
    flags: Mapping[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    start_from: str = ""
    upload_certs: bool = False
    csr_only: bool = False
    mode: Mode = "real"
    folder: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Request:
        """Raises ConfigurationError for what no front end of this version would write."""
        try:
            data: dict[str, Any] = json.loads(text)
            lists = {key: tuple(item) for key, item in data.items() if isinstance(item, list)}
            return cls(**(data | lists))
        except (ValueError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                "bad-request",
                "that is no request for an engine",
                why=str(error),
                remedy="Use `kubeboot-tui init`, which starts the engine by itself",
            ) from error
