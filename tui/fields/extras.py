"""Fields of what is no part of a kubeadm.yaml: the network plugin, packages, a kubeconfig for a person."""

from __future__ import annotations

from tui.fields.field import Field

PLUGIN, MANIFEST, KUBECONFIG = "--network-plugin", "--network-manifest", "--kubeconfig-for"
SOURCE, SOURCE_KEY = "--package-source", "--package-key"
NONE, GIVEN = "none", "manifest"

NETWORK = (
    Field(
        PLUGIN,
        "Network plugin",
        "It gives pods their addresses. It is applied last, when the control plane is up.",
        kind="choice",
        options=(NONE, GIVEN),
        words=("none for now", "a manifest"),
    ),
    Field(
        MANIFEST,
        "Manifest of the plugin",
        "A file of this machine, or an https address. Enter reads it again; what was read is applied.",
        when=(PLUGIN, GIVEN),
    ),
)

PACKAGES = (
    Field(
        SOURCE,
        "Source of packages",
        "Where a fix gets the kubelet from: empty for the community's own, aliyun, tuna, or an address.",
    ),
    Field(
        SOURCE_KEY,
        "Key of that source",
        "The fingerprint of the key that its packages are signed with; empty for the community's.",
    ),
)

USER = (
    Field(
        KUBECONFIG,
        "Kubeconfig for the user behind sudo",
        "With true ~/.kube/config of that user reaches the cluster. It can be done after the run, too.",
        kind="switch",
        needs="user",
    ),
)
