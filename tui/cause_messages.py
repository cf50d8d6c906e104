"""What `phases.engine.causes` judges, as messages for the catalogues; a test tells when one is missing."""

from __future__ import annotations

from tui.text import mark

CAUSES: tuple[str, ...] = (
    mark("{program} doesn't know the flag {flag}"),
    mark("Take {flag} out of the extra arguments of {program}, or mend its name"),
    mark("{program} can't use the value {value} of {flag}"),
    mark("Mend {flag} in the extra arguments of {program}"),
    mark("{program} doesn't know the feature gate {gate}"),
    mark("Take the feature gate out: this version doesn't have it, or has it always"),
    mark("the kubelet can't use its configuration"),
    mark("Mend what is given as KubeletConfiguration"),
    mark("this machine uses control groups of version 1, and the kubelet refuses to run on them"),
    mark("Boot with version 2, or set failCgroupV1: false in the KubeletConfiguration"),
    mark("swap is on, and the kubelet refuses to run with it"),
    mark("Turn it off (`swapoff -a`, and in /etc/fstab), or set failSwapOn: false"),
    mark("the kubelet and the container runtime use different cgroup drivers"),
    mark(
        "Give both the same: cgroupDriver in the KubeletConfiguration, SystemdCgroup in containerd's"
    ),
    mark("the kubelet isn't installed as a systemd service"),
    mark("Install the kubelet with its systemd unit"),
    mark("the kubelet's systemd unit is masked"),
    mark("Unmask it: `systemctl unmask kubelet`"),
    mark("the container runtime doesn't answer"),
    mark("See whether its service runs: `systemctl status containerd`, or that of another runtime"),
    mark("the container runtime runs without its CRI plugin"),
    mark("Take cri out of disabled_plugins in /etc/containerd/config.toml, and restart containerd"),
    mark("the kubelet calls itself {other}, but its certificate is that of the node {one}"),
    mark("Give the node one name: nodeRegistration.name, and no other hostname-override"),
    mark("/var/lib/etcd holds the data of another cluster, or of another attempt"),
    mark("Move /var/lib/etcd away if nothing in it is needed, then try again"),
    mark("the data of etcd in /var/lib/etcd is damaged"),
    mark("Restore it from a snapshot, or move it away if nothing in it is needed"),
    mark("{program} can't listen on {address}: another process does already"),
    mark("See which one: `ss -ltnp`; stop it, or choose another port"),
    mark("{program} is to use an address that this machine doesn't have"),
    mark("Choose an advertise address that an interface of this machine has"),
    mark("the API server's certificate isn't valid for {name}"),
    mark("Add the name to certSANs of the API server, or use an address that is in it"),
    mark("a certificate isn't valid yet: the clock of this machine is probably wrong"),
    mark("Set the clock, best by a time service, then try again"),
    mark("a certificate has expired, or the clock of this machine is wrong"),
    mark("Look at the clock; certificates that are too old are made anew once they are moved away"),
    mark("a certificate is from another authority than the one it is checked with"),
    mark("Look for another cluster's certificates or server: an old one here, or at the endpoint"),
    mark("the registry doesn't give the image to this machine"),
    mark(
        "Give the registry's login (--registry-auth, or in the form), or use another imageRepository"
    ),
    mark("the registry has had too many requests from here"),
    mark("Try again later, give a login, or take the images from a mirror (--image-mirror)"),
    mark("the container runtime doesn't trust the registry's certificate"),
    mark("Give the container runtime the registry's authority"),
    mark("the registry speaks plain HTTP, and the container runtime asks by HTTPS"),
    mark(
        "Let the container runtime's registry settings allow it, or give the registry a certificate"
    ),
    mark("the registry has no such image"),
    mark("Look at imageRepository and kubernetesVersion: does the registry hold this version?"),
    mark("a name can't be looked up: this machine's DNS doesn't answer, or doesn't know it"),
    mark("Look at /etc/resolv.conf, and whether this machine may reach its name servers"),
    mark("the registry can't be reached from this machine"),
    mark(
        "Look at its way there: route, firewall, the proxy of the container runtime; or use a mirror"
    ),
    mark("an image isn't there, and couldn't be pulled"),
    mark("Look at imageRepository, and at what the container runtime says of the pull"),
    mark("the container runtime's pause image isn't there"),
    mark("Name one that can be pulled as sandbox image in the container runtime's configuration"),
    mark("{program} is built for another kind of processor"),
    mark("Use images for this machine's architecture"),
    mark("a disk is full"),
    mark("Make room: `df -h` and `df -i` show where, then try again"),
    mark("a limit of this machine on open files or watches is reached"),
    mark("Raise fs.inotify.max_user_instances and max_user_watches with sysctl"),
    mark("a file system is mounted read-only"),
    mark("Mount it writable, and look at the kernel's log for why it isn't"),
    mark("{program} doesn't find {path}"),
    mark("A file outside /etc/kubernetes/pki has to be mounted into its container: extraVolumes"),
    mark("{program} was killed: most often because memory ran out"),
    mark("Look at the kernel's log (`dmesg`), and give the machine more memory"),
    mark(
        "the system forbids it even to root: a security module, an immutable file or a read-only mount"
    ),
    mark("See `dmesg` for denials, and `lsattr` for files that can't be changed"),
    mark("the API server can't reach etcd"),
    mark("Look at etcd first: `crictl ps -a --name etcd`; for an external one at its endpoints"),
    mark("the kubelet hasn't started {program}: it doesn't work, or can't use the manifest"),
    mark("See what it says: `journalctl -u kubelet`"),
)
"""Likely causes of failures, and what mends them."""

TRIED: tuple[str, ...] = (
    mark("{program} was asked for {seconds} s; its last answer: {answer}"),
    mark("the kubelet was asked for {seconds} s; its last answer: {answer}"),
    mark("the kubelet started {program} {n} times"),
    mark("the kubelet was restarted once, as it hadn't taken up a changed manifest"),
    mark("what may pass was tried {n} times, with longer and longer pauses"),
)
"""What was tried before it was given up."""
