"""What may be called what: the rules of DNS names, tokens, paths and image names as Kubernetes has them.

Each rule takes a text and returns what is wrong with it in a few words, or nothing; `remedy` tells what
would be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from phases.model.network import is_address

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_WILDCARD = re.compile(rf"\*\.{_LABEL}(?:\.{_LABEL})*")
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_CLUSTER_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.@:/]{0,251}[A-Za-z0-9])?")
_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)"
_PATH = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(
    rf"(?:(?:{_HOST}(?:\.{_HOST})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?|{_PATH})(?:/{_PATH})*"
)
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_ENV = re.compile(r"[\x20-\x3c\x3e-\x7e]+")
TOKEN = re.compile(r"[a-z0-9]{6}\.[a-z0-9]{16}")
TOKEN_GROUP = re.compile(r"system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]")


def subdomain_fault(text: str) -> str:
    """A DNS-1123 subdomain: lower case letters, digits, dashes and dots, 253 at most."""
    if len(text) > 253:
        return f"has {len(text)} characters; a DNS name has at most 253"
    if _SUBDOMAIN.fullmatch(text):
        return ""
    if _SUBDOMAIN.fullmatch(text.lower()):
        return f"{text!r} has upper case letters"
    return f"{text!r} is not a DNS name of lower case letters, digits, dashes and dots"


def label_fault(text: str) -> str:
    """A DNS-1123 label: a subdomain without dots, 63 at most."""
    if re.fullmatch(_LABEL, text) and len(text) <= 63:
        return ""
    return f"{text!r} is not a name of at most 63 lower case letters, digits and dashes"


def alternative_name_fault(text: str) -> str:
    """An IP address, a DNS name, or one with a wildcard in front."""
    if is_address(text) or not subdomain_fault(text):
        return ""
    if _WILDCARD.fullmatch(text) and len(text) <= 253:
        return ""
    return f"{text!r} is neither an IP address nor a DNS name"


def qualified_name_fault(text: str) -> str:
    """A label or taint key, `example.com/name` or `name`."""
    prefix, slash, name = text.rpartition("/")
    if _QUALIFIED.fullmatch(name) and (not slash or not subdomain_fault(prefix)):
        return ""
    return f"{text!r} is not a key such as example.com/name"


def label_value_fault(text: str) -> str:
    return "" if not text or _QUALIFIED.fullmatch(text) else f"{text!r} is not a label value"


def cluster_name_fault(text: str) -> str:
    if _CLUSTER_NAME.fullmatch(text):
        return ""
    return f"{text!r} is not a name of letters, digits and - _ . @ : /"


def absolute_path_fault(text: str) -> str:
    """An absolute path in one line that never steps back."""
    if not text.startswith("/"):
        return f"{text!r} is not an absolute path"
    if ".." in text.split("/"):
        return f"{text!r} steps back with .."
    return "" if text.isprintable() else f"{text!r} has characters that can't be seen"


def repository_fault(text: str) -> str:
    """Where images lie, `registry.example.com:5000/path`."""
    if _REPOSITORY.fullmatch(text):
        return ""
    if "://" in text:
        return f"{text!r} has a scheme; an image repository has none"
    return f"{text!r} is not an image repository such as registry.example.com/path"


def tag_fault(text: str) -> str:
    return "" if _TAG.fullmatch(text) else f"{text!r} is not an image tag"


def environment_name_fault(text: str) -> str:
    return "" if _ENV.fullmatch(text) else f"{text!r} is not the name of an environment variable"


Rule = Callable[[str], str]

EXAMPLES: Mapping[Rule, str] = {
    subdomain_fault: "Use a name such as cluster.local",
    label_fault: "Use a name such as audit-logs",
    alternative_name_fault: "Write it as in k8s.example.com or 192.0.2.10",
    qualified_name_fault: "Write it as in example.com/name",
    label_value_fault: "Use letters, digits and - _ . alone",
    cluster_name_fault: "Use a name such as production",
    absolute_path_fault: "Write it as in /etc/kubernetes/pki",
    repository_fault: "Write it as in registry.example.com/path",
    tag_fault: "Write it as in v1.37.2",
    environment_name_fault: "Write it as in HTTPS_PROXY",
}
"""What a rule would take."""


def remedy(rule: Rule, text: str) -> str:
    """What would be right in place of a text that a rule has found fault with."""
    for better in (text.lower(), text.partition("://")[2].rstrip("/"), text.strip()):
        if better and better != text and not rule(better):
            return f"Write {better}"
    return EXAMPLES[rule]
