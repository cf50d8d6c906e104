"""Fields of what is no part of a kubeadm.yaml: the network plugin, packages, a kubeconfig for a person, and what
images are got with."""

from __future__ import annotations

from tui.fields.field import Field

PLUGIN, MANIFEST, KUBECONFIG = "--network-plugin", "--network-manifest", "--kubeconfig-for"
SOURCE, SOURCE_KEY = "--package-source", "--package-key"
NONE, GIVEN = "none", "manifest"
ARCHIVES, LOGIN_FILE = "--image-archive", "--registry-auth"
USERNAME, PASSWORD = "--registry-user", "--registry-password"

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

IMAGES = (
    Field(
        ARCHIVES,
        "Image archives",
        "Files with images, as docker save or ctr export write them: imported first, for machines without a "
        "way out.",
        kind="list",
        advanced=True,
    ),
    Field(
        USERNAME,
        "User of the registry",
        "Where the registry asks for a login. It stays out of the kubeadm.yaml and of every log.",
        advanced=True,
    ),
    Field(
        PASSWORD,
        "Password of the registry",
        "Kept in memory for this run alone, and handed to the container runtime with each pull.",
        advanced=True,
        secret=True,
    ),
    Field(
        LOGIN_FILE,
        "File with the registry's login",
        "Instead of user and password: a config.json as docker login writes it.",
        advanced=True,
    ),
)
