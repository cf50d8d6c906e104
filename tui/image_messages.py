"""What is said of images: pulls, archives, logins and mirrors; `engine_messages` gathers them.

A place named in `text.SENTENCES` holds a sentence of its own.
"""

from __future__ import annotations

from tui.text import mark

IMAGES: tuple[str, ...] = (
    mark("another kubeboot-tui pulls images already (process {pid})"),
    mark("another kubeboot-tui pulls images already"),
    mark(
        "the container runtime will start pods with {own}, which isn't there: give it {pause} as its sandbox image"
    ),
    mark("the container runtime doesn't have it after the pull"),
    mark("the container runtime has {digests} instead"),
    mark("Nothing was changed"),
    mark("an image archive can't be imported"),
    mark("Mend that, or leave the archive out, and run the same command again"),
    mark("the image archive {path} can't be used: {reason}"),
    mark("the image archive {path} can't be read"),
    mark("it names no image: save images by their names"),
    mark("it is no whole tar: it ends too early"),
    mark("it is no whole tar: {error}"),
    mark("it is packed by zstd: unpack it first, `zstd -d {path}`"),
    mark("it holds no images: neither index.json nor manifest.json is in it"),
    mark("it isn't whole: {member} is missing"),
    mark("it holds {digest} for other machines, not for {architecture}"),
    mark("{image} is for {other}, not for {architecture}"),
    mark("what it says of its images can't be read: {error}"),
    mark(
        "not in the image archives: {images}; they hold images of {repositories}: is imageRepository that one?"
    ),
    mark("not in the image archives: {images}"),
    mark("They will be pulled"),
    mark("{socket}: {runtime} takes no image archives from here: import it yourself by {command}"),
    mark("no mirror is called {name}"),
    mark("Known: {names}"),
    mark("stands beside an imageRepository"),
    mark("can't be read as a config.json"),
    mark("its logins are kept by {key}, not in it"),
    mark("holds no login"),
    mark("Give a config.json as `docker login` writes it, with user and password in it"),
    mark("{path} can't be read: {error}"),
    mark("{path} is no text"),
    mark("no password is given"),
    mark("no name is given"),
    mark("a name and a password are given as well"),
)
