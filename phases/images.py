"""The control plane's images: archives are imported, what the runtime then lacks is pulled, all is verified.

kubeadm does this inside its preflight; `ImagePull` waives a failure here as it does there. How a pull
goes lives in `pulls`. The workflow `images` does this alone, ahead of an init or without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.model.images import control_plane_images, pause_image
from phases.pulls.importing import import_archives
from phases.pulls.patience import TRIES
from phases.pulls.pulling import pull_all
from phases.system.ports import Runtime, RuntimeFailure


def run(context: Context) -> None:
    """A runtime that can't even be asked counts as a failed pull, as for kubeadm, and can be waived so."""
    try:
        bring(context)
    except RuntimeFailure as failure:
        if not context.waived("ImagePull"):
            raise
        context.warn(f"ImagePull waived: {failure}")


def bring(context: Context) -> None:
    images = [str(image) for image in control_plane_images(context.configuration)]
    runtime = context.open_runtime()
    imported = import_archives(context, runtime, context.options.image_archives, images)
    missing = tuple(to_pull(context, runtime, images, imported))
    failures = pull_all(context, runtime, missing)
    failures |= dict(unverified(runtime, {*imported, *missing} - failures.keys()))
    if not failures:
        look_at_sandbox(context, runtime)
    elif context.waived("ImagePull"):
        context.warn(f"ImagePull waived: {'; '.join(told(failures))}")
    else:
        raise refusal(failures, len(images))


def to_pull(
    context: Context, runtime: Runtime, images: Iterable[str], imported: frozenset[str]
) -> Iterable[str]:
    """The images to pull, as the pull policy has it; those that are there are reported."""
    policy = context.configuration.init.node_registration.image_pull_policy or "IfNotPresent"
    for image in images:
        found = runtime.image(image) if policy != "Always" or image in imported else None
        if found is not None:
            state = "imported" if image in imported else "present"
            context.report("image", image, state=state, size=found.size)
        elif policy == "Never":
            context.report("image", image, state="missing")
            context.warn(f"{image} is missing and imagePullPolicy is Never")
        else:
            context.report("image", image, state="waiting")
            yield image


def unverified(runtime: Runtime, images: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Those that the runtime doesn't have after all, under the very name or with the digest asked for."""
    for image in sorted(images):
        found, digest = runtime.image(image), image.partition("@")[2]
        if found is None:
            yield image, "the container runtime doesn't have it after the pull"
        elif digest and found.digests and not any(digest in one for one in found.digests):
            yield image, f"the container runtime has {', '.join(found.digests)} instead"


def look_at_sandbox(context: Context, runtime: Runtime) -> None:
    """A runtime with a pause image of its own fetches that by itself, when the first pod starts."""
    own, ours = runtime.about().sandbox_image, str(pause_image(context.configuration.cluster))
    if own and own != ours and runtime.image(own) is None:
        context.warn(
            f"the container runtime will start pods with {own}, which isn't there: "
            f"give it {ours} as its sandbox image"
        )


def told(failures: Mapping[str, str]) -> list[str]:
    return [f"{image}: {why}" for image, why in failures.items()]


def refusal(failures: Mapping[str, str], count: int) -> PhaseError:
    return PhaseError(
        "ImagePull",
        f"{len(failures)} of {count} images couldn't be pulled",
        where="images",
        why="\n".join(told(failures)),
        remedy="Check that the registry can be reached, then run the same command again",
        tried=(f"what may pass was tried {TRIES} times, with longer and longer pauses",),
    )


PHASE = Phase(
    name="images",
    title="Images",
    after=("preflight",),
    workflows=("init", "images"),
    aliases=("preflight",),
    run=run,
)
