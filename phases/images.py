"""The control plane's images: those that the runtime lacks are pulled, each told as it goes.

kubeadm does this inside its preflight; `ImagePull` waives a failure here as it does there.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.model.images import control_plane_images
from phases.system.ports import Runtime, RuntimeFailure

TRIES = 5
AT_ONCE = 4


def run(context: Context) -> None:
    images = [str(image) for image in control_plane_images(context.configuration)]
    runtime = context.open_runtime()
    missing = tuple(lacking(context, runtime, images))
    failures = pull_all(context, runtime, missing)
    if failures and context.waived("ImagePull"):
        context.warn(f"ImagePull waived: {'; '.join(failures)}")
    elif failures:
        raise PhaseError(
            "ImagePull",
            f"{len(failures)} of {len(images)} images couldn't be pulled",
            where="images",
            why="\n".join(failures),
            remedy="Check that the registry can be reached, then run the same command again",
            tried=(f"each of them was tried {TRIES} times",),
        )


def lacking(context: Context, runtime: Runtime, images: Iterable[str]) -> Iterable[str]:
    """The images to pull, as the pull policy has it; those that are there are reported."""
    policy = context.configuration.init.node_registration.image_pull_policy or "IfNotPresent"
    sizes = {tag: image.size for image in runtime.images() for tag in image.tags}
    for image in images:
        if image in sizes and policy != "Always":
            context.report("image", image, state="present", size=sizes[image])
        elif policy == "Never":
            context.report("image", image, state="missing")
            context.warn(f"{image} is missing and imagePullPolicy is Never")
        else:
            context.report("image", image, state="waiting")
            yield image


def pull_all(context: Context, runtime: Runtime, images: tuple[str, ...]) -> list[str]:
    """Pulls images, one after the other unless imagePullSerial is false; returns what went wrong."""
    serial = context.configuration.init.node_registration.image_pull_serial is not False
    with ThreadPoolExecutor(1 if serial else AT_ONCE) as pool:
        return [failed for failed in pool.map(partial(pull, context, runtime), images) if failed]


def pull(context: Context, runtime: Runtime, image: str) -> str:
    """Pulls one image, with a few tries; returns why it could not, empty when it could."""
    for attempt in range(1, TRIES + 1):
        context.safe_point()
        context.report("image", image, state="pulling", attempt=attempt)
        try:
            runtime.pull(image)
        except RuntimeFailure as failure:
            cause = str(failure)
            context.output(image, cause)
            context.pause(0.2 * 2**attempt if attempt < TRIES else 0)
        else:
            context.report("image", image, state="pulled")
            return ""
    context.report("image", image, state="failed", reason=cause)
    return f"{image}: {cause}"


PHASE = Phase(name="images", title="Images", after=("preflight",), run=run)
