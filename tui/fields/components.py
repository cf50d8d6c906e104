"""Fields of what runs on the machine: the control plane's components, kubelet, images, add-ons, tokens."""

from __future__ import annotations

from tui.fields.field import Field, Kind

TITLES = {
    "apiServer": ("API server", "kube-apiserver"),
    "controllerManager": ("controller manager", "kube-controller-manager"),
    "scheduler": ("scheduler", "kube-scheduler"),
}
"""The control plane's components: their key in the configuration, name and program."""

FLAGS = "Passed to the program as they are; they win over kubeadm's own."
VOLUMES = "Files and folders of this machine that its pod can see."
VARIABLES = "Variables for its container."
LABELS = {
    "apiServer": (
        "Flags of the API server",
        "Volumes of the API server",
        "Environment of the API server",
    ),
    "controllerManager": (
        "Flags of the controller manager",
        "Volumes of the controller manager",
        "Environment of the controller manager",
    ),
    "scheduler": (
        "Flags of the scheduler",
        "Volumes of the scheduler",
        "Environment of the scheduler",
    ),
}

TIMEOUTS = (
    Field(
        "timeouts.controlPlaneComponentHealthCheck",
        "Wait for the control plane",
        "How long its components may take to become healthy. Slow disks need more.",
        kind="duration",
        advanced=True,
    ),
    Field(
        "timeouts.kubeletHealthCheck",
        "Wait for the kubelet",
        "How long the kubelet may take to become healthy.",
        kind="duration",
        advanced=True,
    ),
    Field(
        "timeouts.kubernetesAPICall",
        "Patience with the API",
        "How long a request to the API server is tried again.",
        kind="duration",
        advanced=True,
    ),
    Field(
        "timeouts.etcdAPICall",
        "Patience with etcd",
        "How long a request to etcd is tried again.",
        kind="duration",
        advanced=True,
    ),
    Field(
        "timeouts.tlsBootstrap",
        "Wait for a joining kubelet",
        "How long a joining node waits for its certificate. init stores it and doesn't use it.",
        kind="duration",
        advanced=True,
    ),
    Field(
        "timeouts.discovery",
        "Wait for discovery",
        "How long a joining node looks for the cluster. init stores it and doesn't use it.",
        kind="duration",
        advanced=True,
    ),
    Field(
        "timeouts.upgradeManifests",
        "Wait in an upgrade",
        "How long an upgrade waits for a changed manifest. init stores it and doesn't use it.",
        kind="duration",
        advanced=True,
    ),
)


def _flags(key: str) -> Field:
    return Field(f"{key}.extraArgs", LABELS[key][0], FLAGS, kind="args", program=TITLES[key][1])


def _volumes(key: str) -> Field:
    return Field(f"{key}.extraVolumes", LABELS[key][1], VOLUMES, kind="volumes", advanced=True)


def _variables(key: str) -> Field:
    return Field(f"{key}.extraEnvs", LABELS[key][2], VARIABLES, kind="envs", advanced=True)


CONTROL_PLANE = (
    *(_flags(key) for key in TITLES),
    *(make(key) for make in (_volumes, _variables) for key in TITLES),
    Field(
        "patches.directory",
        "Folder of patches",
        "Files such as kube-apiserver+merge.yaml there change what would be written.",
        advanced=True,
    ),
    *TIMEOUTS,
)

IMAGES = (
    Field(
        "imageRepository",
        "Image repository",
        "Where all images come from. Point it at your mirror when this machine has no way out.",
    ),
    Field(
        "nodeRegistration.imagePullPolicy",
        "Pull images",
        "IfNotPresent uses what is there already; Never needs them all to be there.",
        kind="choice",
        options=("IfNotPresent", "Always", "Never"),
    ),
    Field(
        "nodeRegistration.imagePullSerial",
        "One image at a time",
        "Slower, but easier on a thin line.",
        kind="switch",
        advanced=True,
    ),
)

KUBELET = "KubeletConfiguration"
PROXY = "KubeProxyConfiguration"

Row = tuple[str, str, str, Kind, tuple[str, ...]]


def _rows(document: str, *rows: Row) -> tuple[Field, ...]:
    """Advanced fields of a component's document, a row each: key, label, help, kind, options."""
    return tuple(
        Field(f"{document}.{key}", label, help_, kind=kind, options=options, advanced=True)
        for key, label, help_, kind, options in rows
    )


RUNTIME = (
    Field(
        "nodeRegistration.criSocket",
        "Socket of the container runtime",
        "Where the kubelet finds containerd, CRI-O or another runtime.",
        offers="sockets",
    ),
    Field(
        f"{KUBELET}.cgroupDriver",
        "Cgroup driver",
        "Must be the same as the container runtime's; systemd on all common systems.",
        kind="choice",
        options=("systemd", "cgroupfs"),
    ),
    Field(
        f"{KUBELET}.maxPods",
        "Pods per node",
        "At most so many on each node. The range of a node must have room for them.",
        kind="number",
    ),
    Field(
        f"{KUBELET}.failSwapOn",
        "Refuse to run with swap",
        "With false the kubelet starts although swap is on.",
        kind="switch",
    ),
    Field(
        f"{KUBELET}.failCgroupV1",
        "Refuse to run on control groups v1",
        "With false the kubelet starts where only version 1 is there; its support will end.",
        kind="switch",
    ),
    Field(
        "nodeRegistration.kubeletExtraArgs",
        "Flags of this kubelet",
        "For this machine alone, such as node-ip or node-labels.",
        kind="args",
        program="kubelet",
        advanced=True,
    ),
    *_rows(KUBELET,
        ("memorySwap.swapBehavior", "Use of swap", "What pods may do with swap, where it is on.",
         "choice", ("NoSwap", "LimitedSwap")),
        ("resolvConf", "DNS servers from", "The file that names the DNS servers pods are given.",
         "text", ()),
        ("clusterDNS", "Cluster DNS", "Address of the DNS service; the tenth of the service range.",
         "list", ()),
        ("systemReserved", "Kept for the system", "Such as cpu=100m and memory=256Mi, out of reach for pods.",
         "map", ()),
        ("kubeReserved", "Kept for Kubernetes", "Such as cpu=100m and memory=256Mi, for kubelet and runtime.",
         "map", ()),
        ("enforceNodeAllocatable", "Limits are kept for", "pods, system-reserved or kube-reserved.",
         "list", ()),
        ("evictionHard", "Evict at once below", "Such as memory.available=100Mi or nodefs.available=10%.",
         "map", ()),
        ("evictionSoft", "Evict after a while below", "Like the hard limits, but with a grace period.",
         "map", ()),
        ("evictionSoftGracePeriod", "Grace of soft limits", "For each soft limit, such as memory.available=1m.",
         "map", ()),
        ("containerLogMaxSize", "A log file is at most", "Then the next one begins, such as 10Mi.",
         "text", ()),
        ("containerLogMaxFiles", "Log files per container", "At least two.", "number", ()),
        ("imageGCHighThresholdPercent", "Clean images above", "Percent of the disk that is in use.",
         "number", ()),
        ("imageGCLowThresholdPercent", "Clean images down to", "Percent of the disk that is in use.",
         "number", ()),
        ("serializeImagePulls", "Pull one image at a time", "With false several are pulled side by side.",
         "switch", ()),
        ("maxParallelImagePulls", "Pulls side by side", "Where pulling side by side is allowed.",
         "number", ()),
        ("podPidsLimit", "Processes per pod", "At most so many; -1 is no limit of its own.",
         "number", ()),
        ("cpuManagerPolicy", "CPU manager", "static gives whole cores to pods that ask for them.",
         "choice", ("none", "static")),
        ("memoryManagerPolicy", "Memory manager", "Static keeps the memory of such pods near their cores.",
         "choice", ("None", "Static")),
        ("topologyManagerPolicy", "Topology manager", "How strictly devices, cores and memory are kept together.",
         "choice", ("none", "best-effort", "restricted", "single-numa-node")),
        ("seccompDefault", "Default seccomp profile", "Pods get the runtime's profile unless they ask otherwise.",
         "switch", ()),
        ("protectKernelDefaults", "Insist on kernel settings", "Refuse to start where they are not as expected.",
         "switch", ()),
        ("serverTLSBootstrap", "Serving certificate from the cluster",
         "Somebody must then approve a request for each node.", "switch", ()),
        ("tlsMinVersion", "Oldest TLS version", "That the kubelet's own port accepts.",
         "choice", ("VersionTLS12", "VersionTLS13")),
        ("readOnlyPort", "Port without authentication", "Leave it at 0, which is none.", "number", ()),
        ("shutdownGracePeriod", "Time to shut down", "That pods have when the machine goes down.",
         "duration", ()),
        ("shutdownGracePeriodCriticalPods", "Of it for critical pods", "The last part of that time.",
         "duration", ()),
        ("nodeStatusUpdateFrequency", "Report the node every", "How often the kubelet looks and tells.",
         "duration", ()),
        ("rotateCertificates", "Renew the client certificate", "Before it ends, by itself.", "switch", ()),
        ("allowedUnsafeSysctls", "Allowed sysctls", "That pods may set although they are not safe.",
         "list", ()),
        ("featureGates", "Feature gates of kubelets", "For all nodes.", "gates", ()),
        ("logging.format", "Log format", "How the kubelet writes its log.", "choice", ("text", "json")),
        ("logging.verbosity", "Log verbosity", "0 is quiet, 4 is for hunting faults.", "number", ()),
    ),
)  # fmt: skip

ADDONS = (
    Field(
        f"{PROXY}.mode",
        "Mode of kube-proxy",
        "How services reach their pods. nftables is the modern one, iptables works on old kernels.",
        kind="choice",
        options=("iptables", "nftables", "ipvs"),
    ),
    Field(
        "proxy.disabled",
        "Leave out kube-proxy",
        "When your network plugin takes its place, as Cilium can.",
        kind="switch",
    ),
    Field(
        "dns.disabled",
        "Leave out CoreDNS",
        "When you bring a cluster DNS of your own.",
        kind="switch",
    ),
    Field(
        "dns.imageRepository",
        "Image repository of CoreDNS",
        "Where it differs from that of the other images.",
        advanced=True,
    ),
    Field(
        "dns.imageTag",
        "Image tag of CoreDNS",
        "Only when you must run another one than this release brings.",
        advanced=True,
    ),
    *_rows(PROXY,
        ("clusterCIDR", "Addresses of pods", "To tell traffic from outside; the pod range.", "text", ()),
        ("bindAddress", "Address it binds to", "All of them, unless you say otherwise.", "text", ()),
        ("metricsBindAddress", "Address of its metrics", "Such as 0.0.0.0:10249 to let others read them.",
         "text", ()),
        ("healthzBindAddress", "Address of its health", "Where load balancers ask.", "text", ()),
        ("nodePortAddresses", "Node ports answer on", "Ranges of addresses, or primary.", "list", ()),
        ("conntrack.maxPerCore", "Tracked connections per core", "0 leaves the kernel's own limit.",
         "number", ()),
        ("conntrack.min", "Tracked connections at least", "Whatever the number of cores.", "number", ()),
        ("iptables.masqueradeAll", "Masquerade everything", "Hides who called from inside the cluster.",
         "switch", ()),
        ("ipvs.scheduler", "Scheduler of ipvs", "Such as rr, lc or sh.", "text", ()),
        ("ipvs.strictARP", "Strict ARP", "Needed by some load balancers in ipvs mode.", "switch", ()),
        ("detectLocalMode", "Tell local traffic by", "How pods of this node are known.", "choice",
         ("ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix")),
        ("featureGates", "Feature gates of kube-proxy", "For all nodes.", "gates", ()),
    ),
)  # fmt: skip

TOKENS = (
    Field(
        "bootstrapTokens",
        "Bootstrap tokens",
        "What joining nodes show. Left empty, one is made that ends after a day.",
        kind="tokens",
        secret=True,
    ),
    Field(
        "--upload-certs",
        "Offer the certificates to further control planes",
        "They are stored encrypted in the cluster for two hours; the join command carries the key.",
        kind="switch",
    ),
    Field(
        "certificateKey",
        "Key for those certificates",
        "64 hexadecimal digits. Left empty, one is made.",
        advanced=True,
        secret=True,
    ),
)

RUN = (
    Field(
        "nodeRegistration.ignorePreflightErrors",
        "Checks that only warn",
        "Names of checks whose errors are to be waived, or all.",
        kind="list",
        advanced=True,
    ),
    Field(
        "skipPhases",
        "Phases to leave out",
        "Names such as addon/kube-proxy. What they would do is then yours to do.",
        kind="list",
        advanced=True,
    ),
    Field(
        "dryRun",
        "Change nothing",
        "The run only tells what it would do.",
        kind="switch",
        advanced=True,
    ),
)
