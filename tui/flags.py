"""The flags of the verbs, as data: kubeadm's own with kubeadm's meaning, and the few that are ours.

Turning them into a request for the engine lives in `cli`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "list", "switch", "choice", "refused"]

FIXING = ("none", "safe", "all")
"""How far the machine may be mended without asking for each fix: what --fix takes."""

BECOMING = ("init", "join", "join-control-plane")
"""What the machine is to become: what --for takes."""

TRUE = ("1", "t", "T", "true", "TRUE", "True")
FALSE = ("0", "f", "F", "false", "FALSE", "False")
"""What Go reads behind `--switch=`."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag as the help shows it; `key` is its name among the parsed arguments.

    An empty value of a `filled` one, such as a script's unset variable, is refused: it would ask for
    the real thing, or for all of it. A `refused` one is kubeadm's, and not ours. Of the `choices` the
    first is taken where none is given.
    """

    name: str
    kind: Kind
    help: str
    metavar: str = ""
    filled: bool = False
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.name.replace("-", "_")


CONFIGURING = (
    Flag("apiserver-advertise-address", "text", "address that the API server advertises", "IP"),
    Flag("apiserver-bind-port", "number", "port that the API server listens on (6443)", "PORT"),
    Flag(
        "apiserver-cert-extra-sans", "list", "more names for the API server's certificate", "NAMES"
    ),
    Flag("cert-dir", "text", "folder of the certificates (/etc/kubernetes/pki)", "DIR"),
    Flag(
        "control-plane-endpoint", "text", "stable address of the whole control plane", "HOST[:PORT]"
    ),
    Flag("cri-socket", "text", "socket of the container runtime", "SOCKET"),
    Flag("feature-gates", "text", "feature gates of kubeadm, as name=true pairs", "GATES"),
    Flag("image-repository", "text", "registry of the images (registry.k8s.io)", "REPO"),
    Flag("kubernetes-version", "text", "version of the control plane", "VERSION"),
    Flag("node-name", "text", "name of this node (the host name)", "NAME"),
    Flag("pod-network-cidr", "text", "address range of the pods", "CIDR"),
    Flag("service-cidr", "text", "address range of the services (10.96.0.0/12)", "CIDR"),
    Flag("service-dns-domain", "text", "DNS domain of the services (cluster.local)", "DOMAIN"),
    Flag("token", "text", "bootstrap token, instead of a random one", "TOKEN"),
    Flag("token-ttl", "text", "how long the token is valid (24h0m0s; 0 is for ever)", "DURATION"),
    Flag("certificate-key", "text", "key that --upload-certs encrypts with", "HEX"),
    Flag("patches", "text", "folder of patches for manifests and kubelet configuration", "DIR"),
    Flag("ignore-preflight-errors", "list", "checks whose errors become warnings", "CHECKS"),
    Flag("skip-phases", "list", "phases to leave out, as phase or phase/step", "PHASES"),
    Flag("dry-run", "switch", "show what would be changed, change nothing"),
)
"""Flags that set a field of the configuration; the model knows which one and what it may hold."""

DETAIL = Flag(
    "v", "number", "how much is told: from 1 each change, from 5 what programs say as well", "N"
)

RUNNING = (
    Flag("config", "text", "a kubeadm configuration file; - reads standard input", "FILE"),
    Flag("upload-certs", "switch", "upload the shared certificates for further control planes"),
    Flag("skip-token-print", "switch", "do not print the token"),
    Flag("skip-certificate-key-print", "switch", "do not print the certificate key"),
    DETAIL,
    Flag("rootfs", "refused", "not taken: run this program by `chroot DIR` instead", "DIR"),
    Flag("vmodule", "refused", "not taken: -v alone says how much is told", "PATTERNS"),
)
"""kubeadm's flags that say how to run."""

PACKAGES = (
    Flag(
        "package-source",
        "text",
        "where packages come from: community, a mirror or a URL",
        "NAME|URL",
    ),
    Flag("package-key", "text", "fingerprint of the key of that source", "HEX"),
)

VERSION_SOURCE = Flag(
    "version-source", "text", "who knows what a label such as stable-1.36 means", "DIR|URL"
)
IMAGE_MIRROR = Flag(
    "image-mirror", "text", "take images from a known mirror: aliyun, daocloud", "NAME", filled=True
)
IMAGE_ARCHIVE = Flag(
    "image-archive", "list", "import images from these archives first", "FILES", filled=True
)
REGISTRY_AUTH = Flag(
    "registry-auth",
    "text",
    "a config.json of Docker with the registry's login",
    "FILE",
    filled=True,
)

OURS = (
    VERSION_SOURCE,
    Flag(
        "preset", "text", "values to start from; files and flags go over them", "NAME", filled=True
    ),
    Flag("only", "list", "run these phases alone", "PHASES", filled=True),
    Flag("from", "text", "start from this phase", "PHASE", filled=True),
    Flag(
        "rehearse",
        "text",
        "walk the whole way in a folder; touches nothing else",
        "DIR",
        filled=True,
    ),
    Flag(
        "csr-only",
        "switch",
        "write signing requests instead of certificates, for an external CA",
    ),
    Flag("network-manifest", "text", "network plugin to apply, as a file or URL", "FILE|URL"),
    Flag("network-sha256", "text", "SHA-256 that the manifest must have", "HEX"),
    Flag("kubeconfig-for", "text", "put admin.conf in place as this user's ~/.kube/config", "USER"),
    Flag(
        "fix",
        "choice",
        "mend what checks find wanting: none, safe (settings alone) or all",
        choices=FIXING,
    ),
    *PACKAGES,
    IMAGE_MIRROR,
    IMAGE_ARCHIVE,
    REGISTRY_AUTH,
    Flag("json", "switch", "print the journal itself, one JSON object per line"),
    Flag("yes", "switch", "do not ask before the machine is changed"),
)

PREFLIGHT = (
    Flag("config", "text", "a kubeadm configuration file; - reads standard input", "FILE"),
    *(flag for flag in CONFIGURING if flag.name != "dry-run"),
    Flag(
        "fix",
        "choice",
        "mend what checks find wanting: none, safe (settings alone) or all",
        choices=FIXING,
    ),
    Flag("for", "choice", "what this machine is to become", choices=BECOMING),
    Flag("fixes", "list", "apply these fixes alone", "FIXES", filled=True),
    *PACKAGES,
    Flag("report", "text", "write what was found to this file, as JSON", "FILE", filled=True),
    Flag("json", "switch", "print the journal itself, one JSON object per line"),
    Flag("yes", "switch", "do not ask before the machine is changed"),
    DETAIL,
)

RESET = (
    Flag("cri-socket", "text", "socket of the container runtime", "SOCKET"),
    Flag("dry-run", "switch", "show what would be changed, change nothing"),
    Flag("json", "switch", "print the journal itself, one JSON object per line"),
    Flag("yes", "switch", "do not ask before the machine is changed"),
    DETAIL,
)

UNDO = (
    Flag("fixes", "list", "take these fixes back alone", "FIXES", filled=True),
    Flag("json", "switch", "print the journal itself, one JSON object per line"),
    Flag("yes", "switch", "do not ask before the machine is changed"),
    DETAIL,
)

TOKEN = (
    Flag("upload-certs", "switch", "upload the shared certificates anew, with a new key"),
    Flag("ttl", "text", "how long the token is valid (24h0m0s; 0 is for ever)", "DURATION"),
    Flag("rehearse", "text", "do it in the folder of a rehearsal", "DIR", filled=True),
    Flag("json", "switch", "print the journal itself, one JSON object per line"),
    DETAIL,
)
"""The flags of `token create`."""

CONFIG = Flag(
    "config", "text", "a configuration file of any version; - reads standard input", "FILE"
)
VERSION = Flag("kubernetes-version", "text", "version of the control plane", "VERSION")

MIGRATE = (
    Flag("old-config", "text", "the file to bring up to date; - reads standard input", "FILE"),
    Flag("new-config", "text", "where the new one is written (standard output)", "FILE"),
    VERSION,
    VERSION_SOURCE,
)
VALIDATE = (CONFIG, VERSION_SOURCE)
PRINT = (
    CONFIG,
    Flag("component-configs", "list", "components whose defaults are shown as well", "KINDS"),
)
IMAGES = (
    CONFIG,
    VERSION,
    Flag("image-repository", "text", "registry of the images (registry.k8s.io)", "REPO"),
    Flag("feature-gates", "text", "feature gates of kubeadm, as name=true pairs", "GATES"),
    VERSION_SOURCE,
)
PULLING = (
    *IMAGES,
    Flag("cri-socket", "text", "socket of the container runtime", "SOCKET"),
    IMAGE_MIRROR,
    IMAGE_ARCHIVE,
    REGISTRY_AUTH,
    Flag("json", "switch", "print the journal itself, one JSON object per line"),
    DETAIL,
)
"""The flags of `config migrate`, `validate`, `print`, `images list` and `images pull`."""

JOIN = (CONFIG,)
