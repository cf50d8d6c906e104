"""`--preset`: a preset under what the command line asks for otherwise, file and flags."""

from __future__ import annotations

from dataclasses import replace

from phases.engine.errors import ConfigurationError
from phases.engine.request import Request
from phases.engine.resolve import as_error
from phases.model import dump, flags, load
from phases.model.problem import Problems
from tui import presets
from tui.fields.documents import get, parse, put, write
from tui.fragment import Fragment
from tui.presets import Preset
from tui.session import NAME, START, TRUE
from tui.understood import judge


def known(name: str) -> Preset:
    """The preset of that name. Raises ConfigurationError where there is none that can be used."""
    found = presets.named(name)
    if found is None:
        names = ", ".join(one.name for one in presets.presets())
        raise ConfigurationError(
            "no-preset", f"there is no preset {name!r}", remedy=f"There are {names}"
        )
    if found.fault:
        raise ConfigurationError("bad-preset", f"the preset {name} can't be used", why=found.fault)
    return found


def laid_under(request: Request, name: str) -> Request:
    """The request with a preset's values wherever neither the file nor a flag says otherwise."""
    preset = known(name)
    text = START if request.config is None else _today(request.config_name, request.config)
    text = _filled(text, preset.fragment)
    source = f"{request.config_name or NAME} ({name})"
    upload = request.upload_certs or preset.fragment.options.get("--upload-certs") == TRUE
    options = preset.fragment.options
    filled = replace(
        request,
        config=text,
        config_name=source,
        upload_certs=upload,
        packages=request.packages or options.get("--package-source", ""),
        version_source=request.version_source or options.get("--version-source", ""),
    )
    return filled if request.config is not None else _flagged(filled)


def _today(name: str, text: str) -> str:
    judged = judge(name, text)
    if judged.problems:
        raise as_error(judged.problems)
    return judged.taken


def _filled(text: str, fragment: Fragment) -> str:
    documents = parse(text, NAME)[0]
    for path, value in fragment.values.items():
        if get(documents, path) is None:
            documents = put(documents, path, value)
    return write(documents)


def _flagged(request: Request) -> Request:
    """With the flags laid over it: beside a file kubeadm would refuse most of them, and a preset is none."""
    try:
        given = load.load(request.config or START, name=request.config_name)
        laid = flags.apply(given, request.flags, config_given=False)
    except Problems as found:
        raise as_error(found.problems) from found
    return replace(request, config=dump.to_documents(laid), flags={})
