"""The shared certificates, encrypted in the cluster for two hours, for control planes that join.

The key that opens them goes to the operator alone, through the handover of show-join-command.
"""

from __future__ import annotations

from base64 import b64decode

from cryptography.exceptions import InvalidTag

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.engine.tokens import new_token
from phases.model.secret import Secret
from phases.render import bootstrap_token, upload_certs
from phases.system.ports import Cluster, Ref

SECRET = Ref("v1", "Secret", upload_certs.NAME, "kube-system")


def skip(context: Context) -> str | None:
    return None if context.options.upload_certs else "--upload-certs wasn't asked for"


def run(context: Context) -> None:
    admin, given = context.admin(), context.configuration.init.certificate_key
    live = None if context.options.renew else context.patiently(admin.get, SECRET)
    contents = {name: context.read(path) for name, path in files(context).items()}
    key = given or earlier_key(context)
    if live and key and holds(live["data"], contents, key):
        keep(context, "uploaded before with this key")
        context.hand_over({"certificate_key": key.reveal()})
    elif live and given is None:
        keep(context, "uploaded before; its key was shown then")
    else:
        upload(context, admin, contents, given or upload_certs.new_certificate_key())


def earlier_key(context: Context) -> Secret | None:
    """The key of an earlier run, which may have been cut short before it showed it to anyone.

    It counts only where it opens what is there: it may be that of a cluster long gone.
    """
    earlier = context.handed_over_before.get("certificate_key")
    return Secret(earlier) if earlier else None


def files(context: Context) -> dict[str, str]:
    """The files to upload. A PhaseError where an authority's key is kept elsewhere."""
    found = dict(upload_certs.files(context.configuration))
    for name in ("ca.key", "front-proxy-ca.key"):
        if not context.exists(found[name]):
            raise PhaseError(
                "external-authority",
                f"{found[name]} is kept elsewhere, so certificates can't be uploaded",
                where="upload-certs",
                remedy="Leave --upload-certs out and copy the files to the other control planes",
            )
    return found


def holds(sealed: dict[str, str], contents: dict[str, bytes | None], key: Secret) -> bool:
    """Whether the uploaded Secret opens with this key and holds exactly these files."""
    opened = bytes.fromhex(key.reveal())
    try:
        return all(
            upload_certs.decrypted(b64decode(sealed[name]), opened) == (content or b"")
            for name, content in contents.items()
        )
    except (InvalidTag, KeyError, ValueError):
        return False


def upload(
    context: Context, admin: Cluster, contents: dict[str, bytes | None], key: Secret
) -> None:
    """The token whose end takes the Secret away, then the Secret and who may read it."""
    proxy = bootstrap_token.secret(upload_certs.owner_token(new_token()), context.clock.now())
    owner = context.patiently(admin.create, proxy)
    for thing in upload_certs.objects(contents, key, owner):
        context.ensure_object(admin, thing)
    ends = context.clock.now() + upload_certs.LIFETIME
    context.report("certificate-key", upload_certs.NAME, expires=ends.isoformat())
    context.hand_over({"certificate_key": key.reveal()})


def keep(context: Context, reason: str) -> None:
    context.report("object", str(SECRET), state="unchanged", kind="Secret", note=reason)


PHASE = Phase(
    name="upload-certs",
    title="Upload certificates",
    after=("wait-control-plane",),
    workflows=("init", "token"),
    run=run,
    skip=skip,
)
