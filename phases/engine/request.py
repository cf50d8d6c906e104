"""What a front end asks of an engine: the configuration's text, what to run and how, as one JSON object.

It travels over a pipe, never over the command line, because a configuration may hold secrets. What the
engine keeps of it, in a file for its owner alone, lives in `asked`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from phases.engine.errors import ConfigurationError
from phases.model.secret import Secret

NO_LOGINS = Secret("")
Mode = Literal["real", "rehearsal", "dry-run"]
Fixing = Literal["none", "safe", "all"]
Becoming = Literal["init", "join", "join-control-plane"]

ASIDE = "kubeboot-dry-run-"
"""How the folders begin in which dry runs keep their files; who started one removes its folder."""


@dataclass(frozen=True, slots=True)
class Request:
    """`config` is the text of a kubeadm.yaml (None without one), `config_name` what messages call it.

    `workflow` is init; images (what init needs is pulled, and that is all); preflight (looks, changes
    nothing), prepare (applies fixes) or undo (takes them back); or, on a finished master, token (a new
    join command) or desk (watches nodes).
    `flags` are kubeadm's own value flags by name; `folder` is where a rehearsal lands. `renew` makes
    a new token and certificate key where good ones are there. `network_manifest` is the text of a
    network plugin's manifest (None without one), `network_source` what messages call it.
    `becoming` to `package_key` are those of Options in `context`.
    `version_source` is a folder or an address that is asked what a version label means, empty for none.
    `user_kubeconfig` names the user whose ~/.kube/config shall reach the cluster. `image_archives` are
    paths of archives to import, `registry_auth` is the text of a config.json with registries' logins.
    With `regardless` a dry run goes on where a check of preflight has failed, for a preview of all that
    would come. With `probe` the engine only tells whether the run could begin.
    """

    workflow: str = "init"
    config: str | None = None
    config_name: str = "kubeadm.yaml"
    flags: Mapping[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    start_from: str = ""
    upload_certs: bool = False
    csr_only: bool = False
    renew: bool = False
    network_manifest: str | None = None
    network_source: str = ""
    version_source: str = ""
    user_kubeconfig: str = ""
    becoming: Becoming = "init"
    fix: Fixing = "none"
    fixes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    packages: str = ""
    package_key: str = ""
    image_archives: tuple[str, ...] = ()
    registry_auth: Secret = NO_LOGINS
    mode: Mode = "real"
    folder: str = ""
    regardless: bool = False
    probe: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"registry_auth": self.registry_auth.reveal()})

    @classmethod
    def from_json(cls, text: str) -> Request:
        """Raises ConfigurationError for what no front end of this version would write.

        The mode has to be said, though it has a default here: no accident starts the real thing.
        """
        try:
            data = _parsed(text)
            lists = {key: tuple(item) for key, item in data.items() if isinstance(item, list)}
            login = Secret(str(data.get("registry_auth", "")))
            return cls(**(data | lists | {"registry_auth": login}))
        except (ValueError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                "bad-request",
                "that is no request for an engine",
                why=str(error),
                remedy="Use `kubeboot-tui init`, which starts the engine by itself",
            ) from error


def _parsed(text: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    if "mode" not in data:
        raise ValueError("it doesn't say in which mode")
    return data
