"""From the words of a failure to its likely cause: a table of what programs say, and what that means.

A cause is a guess, and said as one: a stable code, a sentence, and what to do next. Where in a form it
can be mended is a front end's business; finding the words in the first place is testimony's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "kubelet")
_HEAD = re.compile(rf"^(?P<program>{'|'.join(PROGRAMS)})(?=: \S)", re.MULTILINE)
_NAMED = re.compile("|".join(PROGRAMS))


@dataclass(frozen=True, slots=True)
class Cause:
    """`sentence` and `advice` may hold {program}, the one that said it, and groups of `words`.

    `when` narrows it to failures with one of these codes.
    """

    code: str
    words: re.Pattern[str]
    sentence: str
    advice: str
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What probably happened; everything is empty where there is no telling."""

    code: str = ""
    sentence: str = ""
    advice: str = ""


NOTHING = Judged()


def judge(code: str, what: str, why: str) -> Judged:
    """The likely cause of a failure, from its code and its words."""
    for cause in _possible(code):
        if match := cause.words.search(why) or cause.words.search(what):
            return _said(cause, match, what)
    return NOTHING


def _possible(code: str) -> Iterator[Cause]:
    return (cause for cause in CAUSES if not cause.when or code in cause.when)


def _said(cause: Cause, match: re.Match[str], what: str) -> Judged:
    values = {"program": _program(match, what), **match.groupdict()}
    filled = {name: value or "?" for name, value in values.items()}
    return Judged(cause.code, cause.sentence.format(**filled), cause.advice.format(**filled))


def _program(match: re.Match[str], what: str) -> str:
    """Who said it: the one whose testimony it stands in, else the one that the failure is about."""
    heads = [head["program"] for head in _HEAD.finditer(match.string, 0, match.start() + 1)]
    named = _NAMED.search(what)
    return heads[-1] if heads else named[0] if named else "a program"


def _cause(code: str, words: str, sentence: str, advice: str, *when: str) -> Cause:
    return Cause(code, re.compile(words, re.IGNORECASE), sentence, advice, when)


FLAGS = (
    _cause(
        "unknown-flag",
        r"(?:unknown (?:shorthand )?flag|flag provided but not defined): (?P<flag>-{1,2}[\w-]+)",
        "{program} doesn't know the flag {flag}",
        "Take {flag} out of the extra arguments of {program}, or mend its name",
    ),
    _cause(
        "bad-flag-value",
        r'invalid argument "(?P<value>[^"]*)" for "(?P<flag>--[\w-]+)"',
        "{program} can't use the value {value} of {flag}",
        "Mend {flag} in the extra arguments of {program}",
    ),
    _cause(
        "unknown-gate",
        r"unrecognized feature gate: (?P<gate>\w+)",
        "{program} doesn't know the feature gate {gate}",
        "Take the feature gate out: this version doesn't have it, or has it always",
    ),
    _cause(
        "bad-kubelet-config",
        r"failed to load kubelet config file",
        "the kubelet can't use its configuration",
        "Mend what is given as KubeletConfiguration",
    ),
)

KUBELET = (
    _cause(
        "cgroup-v1",
        r"configured to not run on a host using cgroup v1|cgroup v1 support is (?:unsupported|deprecated and)",
        "this machine uses control groups of version 1, and the kubelet refuses to run on them",
        "Boot with version 2, or set failCgroupV1: false in the KubeletConfiguration",
    ),
    _cause(
        "swap-on",
        r"running with swap on is not supported",
        "swap is on, and the kubelet refuses to run with it",
        "Turn it off (`swapoff -a`, and in /etc/fstab), or set failSwapOn: false",
    ),
    _cause(
        "cgroup-driver",
        r"expected cgroupsPath to be of format|cgroup driver: .* is different from"
        r"|misconfiguration: kubelet cgroup driver",
        "the kubelet and the container runtime use different cgroup drivers",
        "Give both the same: cgroupDriver in the KubeletConfiguration, SystemdCgroup in containerd's",
    ),
    _cause(
        "no-kubelet-unit",
        r"unit (?:file )?kubelet\.service (?:not found|does not exist|could not be found)",
        "the kubelet isn't installed as a systemd service",
        "Install the kubelet with its systemd unit",
    ),
    _cause(
        "kubelet-masked",
        r"kubelet\.service is masked",
        "the kubelet's systemd unit is masked",
        "Unmask it: `systemctl unmask kubelet`",
    ),
    _cause(
        "runtime-down",
        r"validate CRI v1 runtime API|container runtime is (?:not running|down)"
        r"|the container runtime isn't running|(?:containerd|crio|cri-dockerd)\.sock: connect:"
        r"|isn't installed, or isn't running",
        "the container runtime doesn't answer",
        "See whether its service runs: `systemctl status containerd`, or that of another runtime",
    ),
    _cause(
        "cri-disabled",
        r"unknown service runtime\.v1|doesn't serve CRI v1",
        "the container runtime runs without its CRI plugin",
        "Take cri out of disabled_plugins in /etc/containerd/config.toml, and restart containerd",
    ),
    _cause(
        "node-name",
        r"node \\?\"(?P<one>[\w.-]+)\\?\" is not allowed to \w+ node \\?\"?(?P<other>[\w.-]+)",
        "the kubelet calls itself {other}, but its certificate is that of the node {one}",
        "Give the node one name: nodeRegistration.name, and no other hostname-override",
    ),
)

NETWORK = (
    _cause(
        "port-in-use",
        r"listen (?:tcp|udp)\d? (?P<address>\S+): bind: address already in use",
        "{program} can't listen on {address}: another process does already",
        "See which one: `ss -ltnp`; stop it, or choose another port",
    ),
    _cause(
        "address-not-here",
        r"(?:listen tcp\d? (?P<address>\S+): )?bind: cannot assign requested address",
        "{program} is to use an address that this machine doesn't have",
        "Choose an advertise address that an interface of this machine has",
    ),
)

ETCD = (
    _cause(
        "etcd-leftover",
        r"has already been bootstrapped|cluster ID mismatch|member count is unequal"
        r"|error validating peerURLs",
        "/var/lib/etcd holds the data of another cluster, or of another attempt",
        "Move /var/lib/etcd away if nothing in it is needed, then try again",
    ),
    _cause(
        "etcd-damaged",
        r"walpb: crc mismatch|wal: (?:crc|slice|max entry)|tocommit\(\d+\) is out of range"
        r"|failed to (?:find|recover).*(?:snapshot|v3 backend)|invalid database",
        "the data of etcd in /var/lib/etcd is damaged",
        "Restore it from a snapshot, or move it away if nothing in it is needed",
    ),
)

CERTIFICATES = (
    _cause(
        "certificate-names",
        r"certificate is (?:not )?valid for (?:[^\n]*?, not )?'?(?P<name>[\w.:-]+)",
        "the API server's certificate isn't valid for {name}",
        "Add the name to certSANs of the API server, or use an address that is in it",
    ),
    _cause(
        "clock",
        r"certificate (?:has expired or )?is not yet valid",
        "a certificate isn't valid yet: the clock of this machine is probably wrong",
        "Set the clock, best by a time service, then try again",
    ),
    _cause(
        "certificate-expired",
        r"certificate has expired",
        "a certificate has expired, or the clock of this machine is wrong",
        "Look at the clock; certificates that are too old are made anew once they are moved away",
    ),
    _cause(
        "other-authority",
        r"signed by unknown authority|unable to get local issuer certificate"
        r"|self-signed certificate in certificate chain",
        "a certificate is from another authority than the one it is checked with",
        "Look for another cluster's certificates or server: an old one here, or at the endpoint",
        "control-plane-unhealthy",
        "kubelet-unhealthy",
        "api-unreachable",
    ),
)

IMAGES = (
    _cause(
        "image-refused",
        r"\b40[13] (?:unauthorized|forbidden)|pull access denied|insufficient_scope|no basic auth",
        "the registry doesn't give the image to this machine",
        "Give the registry's login (--registry-auth, or in the form), or use another imageRepository",
    ),
    _cause(
        "registry-limit",
        r"429 too many requests|toomanyrequests",
        "the registry has had too many requests from here",
        "Try again later, give a login, or take the images from a mirror (--image-mirror)",
    ),
    _cause(
        "registry-untrusted",
        r"x509: certificate signed by unknown authority",
        "the container runtime doesn't trust the registry's certificate",
        "Give the container runtime the registry's authority",
        "ImagePull",
    ),
    _cause(
        "registry-protocol",
        r"server gave HTTP response to HTTPS client|first record does not look like a TLS handshake",
        "the registry speaks plain HTTP, and the container runtime asks by HTTPS",
        "Let the container runtime's registry settings allow it, or give the registry a certificate",
    ),
    _cause(
        "no-such-image",
        r"manifest unknown|not found",
        "the registry has no such image",
        "Look at imageRepository and kubernetesVersion: does the registry hold this version?",
        "ImagePull",
    ),
    _cause(
        "no-name-service",
        r"no such host|temporary failure in name resolution|server misbehaving",
        "a name can't be looked up: this machine's DNS doesn't answer, or doesn't know it",
        "Look at /etc/resolv.conf, and whether this machine may reach its name servers",
    ),
    _cause(
        "registry-unreachable",
        r"i/o timeout|connection (?:refused|reset|timed out)|network is unreachable"
        r"|no route to host|TLS handshake timeout|proxyconnect",
        "the registry can't be reached from this machine",
        "Look at its way there: route, firewall, the proxy of the container runtime; or use a mirror",
        "ImagePull",
    ),
    _cause(
        "image-missing",
        r"ErrImageNeverPull|ImagePullBackOff|ErrImagePull|failed to pull image",
        "an image isn't there, and couldn't be pulled",
        "Look at imageRepository, and at what the container runtime says of the pull",
    ),
    _cause(
        "sandbox-image",
        r"failed to (?:get|pull) (?:the )?sandbox (?:image|container)|sandbox image .* not",
        "the container runtime's pause image isn't there",
        "Name one that can be pulled as sandbox image in the container runtime's configuration",
    ),
    _cause(
        "wrong-architecture",
        r"exec format error",
        "{program} is built for another kind of processor",
        "Use images for this machine's architecture",
    ),
)

MACHINE = (
    _cause(
        "no-space",
        r"no space left on device|disk quota exceeded",
        "a disk is full",
        "Make room: `df -h` and `df -i` show where, then try again",
    ),
    _cause(
        "too-many-files",
        r"too many open files|inotify.*(?:limit|no space)",
        "a limit of this machine on open files or watches is reached",
        "Raise fs.inotify.max_user_instances and max_user_watches with sysctl",
    ),
    _cause(
        "read-only",
        r"read-only file system",
        "a file system is mounted read-only",
        "Mount it writable, and look at the kernel's log for why it isn't",
    ),
    _cause(
        "missing-in-container",
        r"(?:open|stat) (?P<path>/[^\s:]+): no such file or directory",
        "{program} doesn't find {path}",
        "A file outside /etc/kubernetes/pki has to be mounted into its container: extraVolumes",
        "control-plane-unhealthy",
    ),
    _cause(
        "killed",
        r"exited with code 137",
        "{program} was killed: most often because memory ran out",
        "Look at the kernel's log (`dmesg`), and give the machine more memory",
    ),
    _cause(
        "not-permitted",
        r"permission denied|operation not permitted",
        "the system forbids it even to root: a security module, an immutable file or a read-only mount",
        "See `dmesg` for denials, and `lsattr` for files that can't be changed",
        "system-refused",
        "control-plane-unhealthy",
    ),
)

LAST = (
    _cause(
        "etcd-unreachable",
        r"dial tcp (?:127\.0\.0\.1|\[::1\]):2379|etcdserver: no leader"
        r"|unable to create storage backend",
        "the API server can't reach etcd",
        "Look at etcd first: `crictl ps -a --name etcd`; for an external one at its endpoints",
    ),
    _cause(
        "no-container",
        r"the kubelet has started no container for it",
        "the kubelet hasn't started {program}: it doesn't work, or can't use the manifest",
        "See what it says: `journalctl -u kubelet`",
    ),
)
"""What is only a cause where nothing nearer was said."""

CAUSES = (
    *FLAGS,
    *KUBELET,
    *ETCD,
    *NETWORK,
    *CERTIFICATES,
    *IMAGES,
    *MACHINE,
    *LAST,
)


def telling(lines: Sequence[str], most: int, code: str) -> list[str]:
    """The last lines of a log, and before them the last one that leads to a cause of a failure with
    this code, where none of them does."""
    earlier, last = lines[:-most], lines[-most:]
    if any(judge(code, "", line).code for line in last):
        return [*last]
    return [*[line for line in earlier if judge(code, "", line).code][-1:], *last]
