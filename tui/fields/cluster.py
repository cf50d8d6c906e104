"""Fields of what the whole cluster shares: its name and version, endpoint, networks, certificates, etcd."""

from __future__ import annotations

from tui.fields.field import Field

BAKED = "it stands in certificates and in every node's configuration"
RANGES = "every address in the cluster comes from it"

CLUSTER = (
    Field(
        "kubernetesVersion",
        "Kubernetes version",
        "An exact version, or stable-1 for the newest that is known here. Later versions come by upgrade.",
        offers="versions",
    ),
    Field(
        "clusterName",
        "Cluster name",
        "Names the cluster in kubeconfigs, so that several can stand side by side.",
        fixed="kubeconfigs and the stored configuration carry it",
    ),
    Field(
        "featureGates",
        "Feature gates of kubeadm",
        "Switches experimental behaviour of kubeadm itself, not of the components.",
        kind="gates",
        advanced=True,
    ),
)

NODE = (
    Field(
        "localAPIEndpoint.advertiseAddress",
        "Address of this machine",
        "Where this API server is reached by the other nodes. Choose one that will stay.",
        offers="addresses",
        fixed=BAKED,
    ),
    Field(
        "nodeRegistration.name",
        "Node name",
        "The name of this machine in the cluster; lower case letters, digits, dashes and dots.",
        fixed="the node's certificate carries it",
    ),
    Field(
        "localAPIEndpoint.bindPort",
        "Port of the API server",
        "Firewalls and load balancers must let it through.",
        kind="number",
        advanced=True,
        fixed=BAKED,
    ),
    Field(
        "nodeRegistration.taints",
        "Taints",
        "Keep ordinary pods away from this machine. Write none to let them run here.",
        kind="taints",
        advanced=True,
    ),
)

ENDPOINT = (
    Field(
        "controlPlaneEndpoint",
        "Endpoint of the control plane",
        "A name or address that leads to all control planes: a DNS name, a load balancer, a virtual address.",
        fixed=BAKED,
    ),
)

NETWORKING = (
    Field(
        "networking.podSubnet",
        "Pod range",
        "Every pod gets an address from it. It must not touch networks that the machines already reach.",
        fixed=RANGES,
    ),
    Field(
        "networking.serviceSubnet",
        "Service range",
        "Virtual addresses of services. The first is the API, the tenth the cluster DNS.",
        fixed=RANGES,
    ),
    Field(
        "networking.dnsDomain",
        "DNS domain",
        "Names of services end in it. Use one that no real DNS server answers for.",
        fixed="service names and certificates carry it",
    ),
)

CERTIFICATES = (
    Field(
        "apiServer.certSANs",
        "More names for the API server",
        "Names and addresses under which people or load balancers will call it.",
        kind="list",
    ),
    Field(
        "encryptionAlgorithm",
        "Kind of keys",
        "RSA-2048 works everywhere; ECDSA is smaller and faster; RSA-4096 is slow to make.",
        kind="choice",
        options=("RSA-2048", "RSA-3072", "RSA-4096", "ECDSA-P256", "ECDSA-P384"),
    ),
    Field(
        "certificateValidityPeriod",
        "Certificates are valid for",
        "Renew them before they end: an upgrade does, and so does kubeadm certs renew.",
        kind="duration",
    ),
    Field(
        "caCertificateValidityPeriod",
        "Authorities are valid for",
        "When an authority ends, the whole cluster must be given new certificates.",
        kind="duration",
        fixed="an authority is not renewed by kubeadm",
    ),
    Field(
        "certificatesDir",
        "Folder of the certificates",
        "Put your own authority there beforehand and it is used instead of a new one.",
        advanced=True,
        fixed="static pods and renewal look there",
    ),
)

EITHER = "etcd"
LOCAL, EXTERNAL = (EITHER, "local"), (EITHER, "external")

ETCD = (
    Field(
        EITHER,
        "Where etcd runs",
        "On this machine, or a cluster of its own that is there already.",
        kind="either",
        options=("local", "external"),
        fixed="moving the data is a backup and a restore",
    ),
    Field(
        "etcd.local.dataDir",
        "Data folder",
        "A fast disk matters more here than anywhere else.",
        when=LOCAL,
        fixed="the data would have to be moved",
    ),
    Field(
        "etcd.external.endpoints",
        "Endpoints",
        "Its client addresses, such as https://10.0.0.10:2379.",
        kind="list",
        when=EXTERNAL,
    ),
    Field(
        "etcd.external.caFile",
        "Authority",
        "File of the authority that signed the certificates of that etcd.",
        when=EXTERNAL,
    ),
    Field(
        "etcd.external.certFile",
        "Client certificate",
        "File with which the API server shows who it is.",
        when=EXTERNAL,
    ),
    Field("etcd.external.keyFile", "Client key", "The key of that certificate.", when=EXTERNAL),
    Field(
        "etcd.external.httpEndpoints",
        "Endpoints without TLS",
        "For health checks, where they are served apart.",
        kind="list",
        when=EXTERNAL,
        advanced=True,
    ),
    Field(
        "etcd.local.extraArgs",
        "Flags of etcd",
        "Passed to etcd as they are; they win over kubeadm's own.",
        kind="args",
        program="etcd",
        when=LOCAL,
        advanced=True,
    ),
    Field(
        "etcd.local.extraEnvs",
        "Environment of etcd",
        "Variables for its container.",
        kind="envs",
        when=LOCAL,
        advanced=True,
    ),
    Field(
        "etcd.local.serverCertSANs",
        "More names for the server certificate",
        "Beside localhost, this node's name and its address.",
        kind="list",
        when=LOCAL,
        advanced=True,
    ),
    Field(
        "etcd.local.peerCertSANs",
        "More names for the peer certificate",
        "Beside localhost, this node's name and its address.",
        kind="list",
        when=LOCAL,
        advanced=True,
    ),
    Field(
        "etcd.local.imageRepository",
        "Image repository of etcd",
        "Where it differs from that of the other images.",
        when=LOCAL,
        advanced=True,
    ),
    Field(
        "etcd.local.imageTag",
        "Image tag of etcd",
        "Only when you must run another etcd than the one tested with this release.",
        when=LOCAL,
        advanced=True,
    ),
)
