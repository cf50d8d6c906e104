"""The kubelet's files on this node, and the kubelet started with them.

It is restarted only when one of its files changed or it doesn't run. As with kubeadm it is stopped
before a file changes (its containers go on): a run cut short leaves it stopped for the next to start.
"""

from __future__ import annotations

from phases.engine.context import Context, bad_patch
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.render import kubelet
from phases.render.patches import PatchError

FOLDER = "/var/lib/kubelet"


def run(context: Context) -> None:
    context.ensure_directory(FOLDER, mode=None if context.exists(FOLDER) else 0o700)
    wanted = files(context)
    changed = any(context.read(f"{FOLDER}/{name}") != text for name, text in wanted.items())
    if changed and running(context):
        change(context, "systemctl", "stop", "kubelet")
    for name, content in wanted.items():
        write(context, name, content)
    if changed or not running(context):
        start(context)


def files(context: Context) -> dict[str, bytes]:
    """The kubelet's files by name."""
    configuration = context.configuration
    hostname = context.host.machine().hostname.lower()
    try:
        config = kubelet.configuration_file(
            configuration, resolved=resolved(context), patch_set=context.patches()
        )
    except PatchError as error:
        raise bad_patch(context.phase, error) from error
    instance = kubelet.instance_configuration(configuration)
    has_instance = kubelet.has_instance_configuration(configuration)
    return {
        "kubeadm-flags.env": kubelet.environment_file(configuration, hostname),
        **({"instance-config.yaml": instance} if has_instance else {}),
        "config.yaml": config,
    }


def write(context: Context, name: str, content: bytes) -> None:
    changed = context.ensure_file(f"{FOLDER}/{name}", content, mode=0o644)
    state = "written" if changed else "kept"
    context.report("manifest", name, state=state, path=f"{FOLDER}/{name}", text=content.decode())


def resolved(context: Context) -> bool:
    """Whether systemd-resolved runs here: its stub would send a cluster's DNS in circles."""
    return context.host.probe(("systemctl", "is-active", "systemd-resolved")).code == 0


def running(context: Context) -> bool:
    return context.host.probe(("systemctl", "is-active", "--quiet", "kubelet")).code == 0


def start(context: Context) -> None:
    """Reads units anew and (re)starts the kubelet."""
    change(context, "systemctl", "daemon-reload")
    change(context, "systemctl", "restart", "kubelet")


def change(context: Context, *argv: str) -> None:
    """Runs one of systemd's commands. A PhaseError with its own words where it refuses."""
    result = context.host.run(argv)
    if result.code:
        raise PhaseError(
            "kubelet-start",
            "the kubelet couldn't be stopped"
            if "stop" in argv
            else "the kubelet couldn't be started",
            where="kubelet-start",
            why=f"`{' '.join(argv)}`: {result.stderr.strip() or f'exit {result.code}'}",
            remedy="Install the kubelet with its systemd unit, then run the same command again",
        )


PHASE = Phase(
    name="kubelet-start",
    title="Start the kubelet",
    after=("images", "kubeconfig", "etcd", "control-plane"),
    run=run,
)
