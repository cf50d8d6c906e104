"""The certificates of the control plane: made where they are missing, kept where they are good.

What each certificate says is a table in `render.certificates`; this decides what happens to files.
An operator's own authority and certificates are never replaced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from phases.engine.context import Context
from phases.engine.errors import ForeignState, PhaseError
from phases.engine.phase import Phase
from phases.render import certificates, pki, portrait
from phases.render.certificates import CERTIFICATES, CertificateSpec

SERVICE_ACCOUNT = "sa"


@dataclass(frozen=True, slots=True)
class Found:
    """What lies on the disk for one row; None for a file that isn't there."""

    certificate: bytes | None
    key: bytes | None


def run(context: Context) -> None:
    context.ensure_directory(context.configuration.cluster.certificates_dir)
    for row in certificates.needed(context.configuration):
        context.step(row.name, ensure_authority if not row.authority else ensure_leaf, row)
    context.step(SERVICE_ACCOUNT, ensure_service_account)


def ensure_authority(context: Context, row: CertificateSpec) -> None:
    """An authority with its key, or the certificate alone of one whose key is kept elsewhere.

    Requests are for an authority elsewhere: none is made for them, nor needed here yet, as with
    `kubeadm certs generate-csr`.
    """
    found = find(context, row)
    if context.options.csr_only and found.certificate is None:
        return
    if found.certificate is not None:
        reasons = certificates.check_authority(found.certificate, found.key, context.began)
        if reasons and not _unfinished(context, row, found):
            raise not_ours(context, row, reasons)
        if found.key is None and context.pki(row.key_file) in context.ours:
            context.warn(lost_key(context, row))
        if not reasons:
            keep(context, row, found, "kept" if found.key else "external")
            return
    elif found.key is not None and not written_by_us(context, row):
        raise not_ours(context, row, ("its key is there without its certificate",))
    made = certificates.create_authority(row, context.configuration, context.began)
    save(context, row, made)


def _unfinished(context: Context, row: CertificateSpec, found: Found) -> bool:
    """Whether a broken authority is one of ours that nothing relies on yet: a run was cut short."""
    relied_on = context.exists("/etc/kubernetes/admin.conf")
    return written_by_us(context, row) and not relied_on and found.key is not None


def ensure_leaf(context: Context, row: CertificateSpec) -> None:
    """A certificate signed by its authority that says what the configuration asks for."""
    authority = find(context, certificates.spec(row.authority))
    if authority.certificate is None and not context.options.csr_only:
        raise PhaseError(
            "missing-authority",
            f"{row.name} can't be signed",
            where="certs",
            why=f"there is no {context.pki(certificates.spec(row.authority).certificate_file)}",
            remedy=f"Run the step certs/{row.authority} first",
        )
    found = find(context, row)
    reasons = judge(context, row, found, authority.certificate)
    if not reasons:
        keep(context, row, found, "kept")
    elif not replaceable(context, row, found):
        raise unusable(context, row, found, reasons)
    elif context.options.csr_only:
        ask(context, row)
    else:
        sign(context, row, authority, reasons)


def judge(
    context: Context, row: CertificateSpec, found: Found, authority: bytes | None
) -> tuple[str, ...]:
    """Why what is there can't stay; empty when it can."""
    if found.certificate is None:
        return ("it isn't there",)
    if found.key is None:
        return (f"its key {context.pki(row.key_file)} isn't there",)
    if authority is None:
        return ("the authority that signed it isn't there",)
    pair = pki.Pair(found.certificate, found.key)
    return certificates.check(row, context.configuration, pair, authority, context.began)


def replaceable(context: Context, row: CertificateSpec, found: Found) -> bool:
    """Whether something may be made in this place: nothing is there, we wrote it, or it was asked for."""
    requested = context.options.csr_only and context.exists(context.pki(row.request_file))
    waits = requested and found.certificate is None
    return waits or found == Found(None, None) or written_by_us(context, row)


def sign(context: Context, row: CertificateSpec, authority: Found, reasons: Iterable[str]) -> None:
    if authority.certificate is None or authority.key is None:
        raise external_authority(context, row, reasons)
    signer = pki.Pair(authority.certificate, authority.key)
    save(context, row, certificates.create(row, context.configuration, signer, context.began))


def ask(context: Context, row: CertificateSpec) -> None:
    """A key and a signing request, for an authority whose key is kept elsewhere."""
    if context.exists(context.pki(row.request_file)) and context.exists(context.pki(row.key_file)):
        return
    key, request = certificates.create_request(row, context.configuration)
    context.ensure_directory(context.pki(row.key_file).rpartition("/")[0])
    context.ensure_file(context.pki(row.key_file), key, mode=0o600)
    context.ensure_file(context.pki(row.request_file), request, mode=0o600)
    context.report("certificate", row.name, state="requested", path=context.pki(row.request_file))


def ensure_service_account(context: Context) -> None:
    """The key pair that service account tokens are signed and verified with."""
    private, public = context.pki("sa.key"), context.pki("sa.pub")
    key = context.read(private)
    half = public_half(key) if key else None
    if half is None:
        key, half = new_service_account(context, private, lost=key is not None)
        context.ensure_file(private, key, mode=0o600)
    elif key is not None:
        context.keep_private(private, key)
    changed = context.read(public) is None or bool(
        certificates.check_service_account(key or b"", context.needed(public, "certs"))
    )
    if changed:
        context.ensure_file(public, half, mode=0o600)
    state = "created" if changed else "kept"
    context.report("certificate", SERVICE_ACCOUNT, state=state, path=private)


def public_half(key: bytes) -> bytes | None:
    """The public key of sa.key, None where that can't be read."""
    try:
        return pki.public_key(key)
    except ValueError:
        return None


def new_service_account(context: Context, private: str, *, lost: bool) -> tuple[bytes, bytes]:
    if lost and private not in context.ours:
        raise ForeignState("foreign-sa", f"{private} can't be read as a key", where="certs/sa")
    return certificates.create_service_account(context.configuration)


def keep(context: Context, row: CertificateSpec, found: Found, state: str) -> None:
    """What is there stays as it is, its key for root's eyes alone."""
    if found.key is not None:
        context.keep_private(context.pki(row.key_file), found.key)
    show(context, row, found.certificate or b"", state)


def find(context: Context, row: CertificateSpec) -> Found:
    return Found(
        context.read(context.pki(row.certificate_file)), context.read(context.pki(row.key_file))
    )


def written_by_us(context: Context, row: CertificateSpec) -> bool:
    """Whether an earlier run of ours wrote these files, so that a broken one is ours to mend."""
    paths = {context.pki(row.certificate_file), context.pki(row.key_file)}
    present = {path for path in paths if context.exists(path)}
    return present <= context.ours


def save(context: Context, row: CertificateSpec, pair: pki.Pair) -> None:
    """Key first: a key without its certificate is never taken for a whole pair."""
    context.ensure_directory(context.pki(row.key_file).rpartition("/")[0])
    context.ensure_file(context.pki(row.key_file), pair.key, mode=0o600)
    context.ensure_file(context.pki(row.certificate_file), pair.certificate, mode=0o644)
    show(context, row, pair.certificate, "created")


def show(context: Context, row: CertificateSpec, pem: bytes, state: str) -> None:
    context.report(
        "certificate",
        row.name,
        state=state,
        title=row.title,
        authority=row.authority,
        usages=row.usages,
        path=context.pki(row.certificate_file),
        **portrait.certificate(pem),
    )


def lost_key(context: Context, row: CertificateSpec) -> str:
    """What it means that a key which an earlier run made here is gone: moved away, or lost."""
    key = context.pki(row.key_file)
    return (
        f"{key}, which an earlier run made, is gone: from now on the authority counts as one kept "
        "elsewhere, and this machine signs nothing with it. Put it back if that isn't meant"
    )


def unusable(
    context: Context, row: CertificateSpec, found: Found, reasons: Iterable[str]
) -> ForeignState:
    """A pair of somebody else's that can't stay, or the one half of it that is there.

    kubeadm stops at a half too: it makes a pair only where neither is there.
    """
    if found.certificate is not None and found.key is not None:
        return not_ours(context, row, reasons)
    halves = context.pki(row.certificate_file), context.pki(row.key_file)
    there, missing = halves if found.key is None else reversed(halves)
    return ForeignState(
        "half-a-pair",
        f"{there} is there without {missing}",
        where=f"certs/{row.name}",
        why="this installer didn't write it, and makes a pair only where both are missing",
        remedy=remedy(context, row, there, missing),
    )


def remedy(context: Context, row: CertificateSpec, there: str, missing: str) -> str:
    """What to do about half a pair; anew it can only be made where its authority's key is."""
    if context.exists(context.pki(certificates.spec(row.authority).key_file)):
        return f"Put {missing} there, or move {there} away to have both made anew"
    return f"Put {missing} there: its authority's key isn't here, so it can't be made anew"


def not_ours(context: Context, row: CertificateSpec, reasons: Iterable[str]) -> ForeignState:
    return ForeignState(
        "foreign-certificate",
        f"{context.pki(row.certificate_file)} can't be used and isn't ours to replace",
        where=f"certs/{row.name}",
        why="; ".join(reasons),
        remedy="Put a good pair there, or move both files away to have them made anew",
    )


def external_authority(
    context: Context, row: CertificateSpec, reasons: Iterable[str]
) -> PhaseError:
    key = context.pki(certificates.spec(row.authority).key_file)
    return PhaseError(
        "external-authority",
        f"{context.pki(row.certificate_file)} is needed and can't be made here",
        where=f"certs/{row.name}",
        why=f"{'; '.join(reasons)}, and {key} is kept elsewhere",
        remedy="`init --csr-only` writes the requests; put the signed certificates in place",
    )


PHASE = Phase(
    name="certs",
    title="Certificates",
    after=("preflight",),
    steps=(*(row.name for row in CERTIFICATES), SERVICE_ACCOUNT),
    run=run,
)
