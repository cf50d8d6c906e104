"""Shapes of documents by apiVersion and kind, for putting lost indentation back.

Today's kinds are `load`'s. Of the old ones MasterConfiguration of v1alpha1 is here, by its fields alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from phases.model import load
from phases.model.schema import Duration, Field, Items, Record, Shape, Table, Text, Truth, Whole
from phases.model.types import KUBEADM_API

Shapes: TypeAlias = Callable[[str, str], Record | None]
"""The shape of a document by its apiVersion and kind, None where its fields aren't known."""


def record(name: str, /, **fields: Shape) -> Record:
    return Record(name, tuple(Field(key, key, shape) for key, shape in fields.items()))


TEXTS, FLAGS = Items(Text()), Table(Text())
VOLUMES = Items(
    record("HostPathMount", name=Text(), hostPath=Text(), mountPath=Text(), writable=Truth(), pathType=Text())
)  # fmt: skip
MASTER = record(
    "MasterConfiguration",
    api=record("API", advertiseAddress=Text(), controlPlaneEndpoint=Text(), bindPort=Whole()),
    etcd=record(
        "Etcd",
        endpoints=TEXTS,
        caFile=Text(),
        certFile=Text(),
        keyFile=Text(),
        dataDir=Text(),
        extraArgs=FLAGS,
        image=Text(),
        serverCertSANs=TEXTS,
        peerCertSANs=TEXTS,
    ),
    networking=record("Networking", serviceSubnet=Text(), podSubnet=Text(), dnsDomain=Text()),
    kubernetesVersion=Text(),
    cloudProvider=Text(),
    nodeName=Text(),
    authorizationModes=TEXTS,
    noTaintMaster=Truth(),
    privilegedPods=Truth(),
    token=Text(),
    tokenTTL=Duration(),
    tokenUsages=TEXTS,
    tokenGroups=TEXTS,
    criSocket=Text(),
    apiServerExtraArgs=FLAGS,
    controllerManagerExtraArgs=FLAGS,
    schedulerExtraArgs=FLAGS,
    apiServerExtraVolumes=VOLUMES,
    controllerManagerExtraVolumes=VOLUMES,
    schedulerExtraVolumes=VOLUMES,
    apiServerCertSANs=TEXTS,
    certificatesDir=Text(),
    imageRepository=Text(),
    imagePullPolicy=Text(),
    unifiedControlPlaneImage=Text(),
    featureGates=Table(Truth()),
    clusterName=Text(),
    auditPolicy=record("AuditPolicy", path=Text(), logDir=Text(), logMaxAge=Whole()),
)
"""Field names as of kubeadm 1.9 to 1.11."""

OLD = {("kubeadm.k8s.io/v1alpha1", "MasterConfiguration"): MASTER}


def known_shape(api: str, kind: str) -> Record | None:
    """The shapes of kubeadm's documents, old and new, and of the components'."""
    if load.KINDS.get(kind) == api and api:
        return load.shape_of(kind)
    return OLD.get((api, kind))


__all__ = ["KUBEADM_API", "Shapes", "known_shape"]
