"""Asks which version a label such as stable-1.36 means, of whoever publishes it: a folder or an address.

The source holds a file `LABEL.txt` for each label, as the place does where kubeadm looks. There is no
source unless one is named, and no waiting beyond a few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from phases.model.problem import Problem, Problems
from phases.model.versions import label_minor, nearest, parse_version, releases
from phases.system.download import DownloadError, obtain

SECONDS = 3.0
DEFAULT_LABEL = "stable-1"


def labels(source: str, text: str) -> Mapping[str, str]:
    """What the label in a kubernetesVersion means, for `resolve_version`; nothing for other texts.

    A label that names a release which isn't supported is not asked about. Raises Problems where the
    source can't tell, with what can be had instead.
    """
    minor = label_minor(text)
    if not source or minor is None or minor not in releases():
        return MappingProxyType({})
    label = text or DEFAULT_LABEL
    name = label.removeprefix("release/")
    try:
        answer = obtain(f"{source.rstrip('/')}/{name}.txt", seconds=SECONDS).strip()
        version = str(parse_version(answer[:64]))
    except (DownloadError, ValueError) as error:
        message = f"{label} can't be looked up: {error}"
        remedy = nearest(minor)
        raise Problems([Problem("kubernetesVersion", message, remedy)]) from error
    return MappingProxyType({label: version})
