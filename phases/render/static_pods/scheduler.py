"""kube-scheduler's static pod: its flags and what else tells it from the others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from phases.model import images
from phases.model.types import Configuration
from phases.render import environment, flags, volumes
from phases.render.static_pods.pod import Parts, Probe, Surroundings, patience, probe_host

KUBECONFIG = "/etc/kubernetes/scheduler.conf"
PORT = 10259

DEFAULT_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "authentication-kubeconfig": KUBECONFIG,
        "authorization-kubeconfig": KUBECONFIG,
        "bind-address": "127.0.0.1",
        "kubeconfig": KUBECONFIG,
        "leader-elect": "true",
    }
)


def parts(configuration: Configuration, surroundings: Surroundings) -> Parts:
    """What kube-scheduler's pod is made of."""
    component = configuration.cluster.scheduler
    mounts = volumes.unique((volumes.file("kubeconfig", KUBECONFIG), *component.extra_volumes))
    return Parts(
        image=str(images.kubernetes_image(configuration.cluster, "kube-scheduler")),
        command=flags.merged(DEFAULT_FLAGS, component.extra_args),
        probe=Probe(
            probe_host(flags.value(component.extra_args, "bind-address") or "127.0.0.1"),
            PORT,
            start="/livez",
            live="/livez",
            ready="/readyz",
            patience=patience(configuration),
        ),
        requests={"cpu": "100m"},
        mounts=mounts,
        env=environment.merged(surroundings.proxies, component.extra_envs),
        annotations={},
    )
