"""What is said of values that kubelet or kube-proxy would end over, and what would be right in place of
any text, as messages for the catalogues; `model_messages` gathers them.
"""

from __future__ import annotations

from tui.text import mark

COMPONENTS: tuple[str, ...] = (
    mark("must be at least {least}, but is {text}"),
    mark("Use {least} or more"),
    mark("Use {most} or less"),
    mark("Write a number within these bounds"),
    mark("{text} is neither a quantity nor a percentage"),
    mark("{text} is not an address with a port"),
    mark("{text} is not the name of a sysctl"),
    mark("must be lower than {name}, which is {value}"),
    mark("is of no use while images are pulled one at a time, and the kubelet refuses it"),
    mark("Set serializeImagePulls to false"),
    mark("is a part of shutdownGracePeriod and can't be longer"),
    mark("Set shutdownGracePeriod to more"),
    mark("has no grace period, without which the kubelet doesn't start"),
    mark("Add {name} to evictionSoftGracePeriod, such as 1m30s"),
    mark("{name} has no value"),
    mark("Give it a name of its own"),
    mark("Use a name such as {name}"),
    mark("Use letters, digits and - _ . alone"),
    mark("Use a shorter prefix"),
    mark("Use a range of fd00::/8"),
    mark("Look it up in the program's help"),
    mark("no check is called {name}"),
    mark("no container runtime was found on this machine"),
    mark("Install one, such as containerd, before you start"),
)
"""Faults and remedies, in the words of `phases.model.values`, `check_components` and `names`."""
