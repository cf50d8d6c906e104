"""What the model says of old configurations and of joining, as messages for the catalogues.

`engine_messages` gathers them; a test tells when one is missing. A place named in `text.SENTENCES` holds
a sentence of its own.
"""

from __future__ import annotations

from tui.text import mark

REPORT: tuple[str, ...] = (
    mark("{api} is read as {other}"),
    mark("`kubeboot-tui config migrate` writes it so, and tells what became of each field"),
    mark("no longer exists"),
    mark("no longer exists and is left out"),
    mark("is read as {place}"),
    mark("came only with {version}"),
    mark("Remove it, or write the document as {version} has it"),
    mark("{version} was chosen"),
    mark("{label} is {version}, as the version source says"),
    mark("{label} can't be looked up: {why}"),
    mark("{version} is not supported: {reason}"),
    mark("it is older than {release}"),
    mark("it is newer than {release}"),
    mark("Use {versions}, by --kubernetes-version"),
    mark("Node and RBAC are always among the modes"),
    mark("the taint {name} has another name"),
    mark("images are no longer published at the former registry"),
    mark("it is {name} now"),
    mark("{program} does not list it"),
    mark("{program} does not list it; did you mean {name}?"),
)
"""What became of a field, and where a configuration is not read as it was written."""

ADVICE: tuple[str, ...] = (
    mark("Remove it; {reason}"),
    mark("Remove {name} from it; there is no such plugin"),
    mark("it had no effect without {path}"),
    mark("it had no effect beside {path}"),
    mark("it had no effect beside the tokens that have a field of their own"),
    mark("{flag} is given"),
    mark("the usual taint is set anyway"),
    mark("each release brings an etcd of its own, and this one is too old"),
    mark("there is one address, so let it lead to all control planes"),
    mark("IPVS needs no gate"),
    mark("--upload-certs shares the certificates"),
    mark("CoreDNS is the only one"),
    mark("a kubelet reads its file alone"),
    mark("add-ons are upgraded last"),
    mark("all components are waited for"),
    mark("each component has an image of its own"),
    mark("each node always keeps its own socket"),
    mark("give each network one range"),
    mark("kubelets always ask their own API server"),
    mark("members always join as learners"),
    mark("nodes find the cluster at the API server"),
    mark("pods are admitted by the API server"),
    mark("pods of the control plane need no such right"),
    mark("set controlPlaneEndpoint"),
    mark("the ConfigMap has no version in its name"),
    mark("the cluster's own gates are used"),
    mark("the cluster's own name is used"),
    mark("the control plane runs as static pods"),
    mark("the kubelet has no such port any more"),
    mark("bind the role cluster-admin"),
    mark("etcd has only its v3 API"),
    mark("kubeadm binds the needed roles"),
    mark("kubeadm enables token authentication"),
    mark("kubelet.conf names the server"),
    mark("kubelets are always reached over HTTPS"),
    mark("logs go to standard error"),
    mark("pods tolerate a taint for tolerationSeconds"),
    mark("reads are always consistent"),
    mark("run the provider's own controller manager"),
    mark("set the behaviour in each HorizontalPodAutoscaler"),
    mark("taints are always obeyed"),
    mark("the container runtime sets up the network"),
    mark("the metrics API is always used"),
    mark("there is only the secure port"),
    mark("Remove the document; addresses are kept at the pods now"),
    mark("Run the provider's own controller manager"),
    mark("Name an audit policy with audit-policy-file in apiServer.extraArgs"),
    mark("Name it in a KubeSchedulerConfiguration"),
    mark("Set it in a KubeSchedulerConfiguration"),
    mark("Set it in the container runtime"),
    mark("Set the sandbox image in the container runtime"),
    mark("Write both parts as one token in {path}"),
    mark("Remove {mode}; use Node, RBAC, ABAC or Webhook"),
    mark("Name the image in two parts: etcd.local.imageRepository and etcd.local.imageTag"),
    mark("Install cri-dockerd for Docker, or leave it out to use the runtime that is found"),
)
"""What to do about a field that no longer exists."""

JOINING: tuple[str, ...] = (
    mark("says nothing of how the cluster is found"),
    mark("Add bootstrapToken, or file with a kubeconfig"),
    mark("has both bootstrapToken and file"),
    mark("`kubeboot-tui token create` makes one on the control plane"),
    mark("`kubeboot-tui token create` makes one there"),
    mark("Add the API server's host:port"),
    mark("{text} has no port"),
    mark("is missing, so any cluster could pretend to be the right one"),
    mark("Add the sha256 of its CA, which the join command names"),
    mark("{text} is not sha256: and 64 hexadecimal digits"),
    mark("{text} does not end in .crt"),
    mark("Name a kubeconfig of that cluster"),
    mark("{text} is neither a file nor an https address"),
)
"""What is wrong with a JoinConfiguration."""

FILES: tuple[str, ...] = (
    mark("{kind} is not for kubeadm {verb} and is passed over"),
    mark("holds nothing where kubeadm {verb} could start from"),
    mark("holds only {kinds} where kubeadm {verb} could start from"),
    mark("has no place in a file that init doesn't read"),
    mark("Leave it out"),
    mark("holds nothing that could be migrated"),
    mark("holds only {kinds} that could be migrated"),
    mark("Add a JoinConfiguration"),
    mark("{kind} is no document of {api}"),
    mark("{name} is no component's"),
    mark("config migrate needs --old-config"),
    mark("Name the file to bring up to date"),
    mark("{path} is the old file itself"),
    mark("Give --new-config another name; the old file is kept"),
    mark("{path} can't be written"),
    mark("{verb} needs --config"),
    mark("Name a configuration file"),
    mark("print shows either defaults or what a file means"),
    mark("Leave out {what} or --config"),
    mark("{verb} needs a verb"),
    mark("`kubeboot-tui {verb} --help` shows what there is"),
    mark("Name a file with a JoinConfiguration, or use the join command as it was printed"),
    mark("this program can't join a node yet"),
    mark("The file is sound; join with `kubeadm join --config {path}`"),
    mark(
        "Make `kubeboot-tui config migrate --old-config {path} --new-config join.yaml`, "
        "then join with `kubeadm join --config join.yaml`"
    ),
)
"""What the verbs `config` and `join` refuse."""

MIGRATION: tuple[str, ...] = (*REPORT, *ADVICE, *JOINING, *FILES)
