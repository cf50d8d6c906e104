"""What is said of damaged texts, kubeadm lines and presets, as messages for the catalogues;
`model_messages` gathers them.
"""

from __future__ import annotations

from tui.text import mark

NOTES: tuple[str, ...] = (
    mark("left out: no part of the configuration"),
    mark("put in: a new document begins"),
    mark("invisible characters are taken out"),
    mark("the sign of a quotation is taken out"),
    mark("tabs and odd spaces are blanks now"),
    mark("typographic dashes are plain now"),
    mark("the full-width colon is a plain one now"),
    mark("typographic quotes are straight now"),
)
"""What was done to a line."""

DOUBTS: tuple[str, ...] = (
    mark("looks like a field, but stands apart from the configuration"),
    mark("Put it where it belongs, or remove it"),
    mark("may go on from line {line}, or be no part of the configuration"),
    mark("Put the value in one line, or remove this"),
    mark("too many fields could belong to more than one place"),
    mark("Indent it by hand"),
    mark("begins a text of several lines, whose end can't be told any more"),
    mark("Put it in one line, in quotes"),
    mark("has a quote that isn't closed in its line"),
    mark("has a bracket that isn't closed in its line"),
    mark("Close it"),
    mark("belongs to no field"),
    mark("Remove it, or name its field"),
    mark("Remove it, or put it where it belongs"),
    mark("{key} can't hold what is written here"),
    mark("Give it another value, or put it where it belongs"),
    mark("{key} is no field of what stands above it"),
)
"""What keeps a text from being repaired."""

LINES: tuple[str, ...] = (
    mark("a quote is opened in this line and not closed"),
    mark("has no value"),
    mark("Give it one"),
    mark("{word} is no flag, and kubeadm init takes nothing else"),
    mark("{value} is known to a shell only"),
    mark("Write the value itself"),
    mark("is gone; it is taken over as {flag}"),
    mark("is gone and isn't taken over"),
    mark("Set {path} instead"),
    mark("is gone, and nothing takes its place"),
    mark("Open that file first (^o), then paste the line again"),
    mark("{value} isn't read by this"),
    mark("says what is printed, and isn't taken over"),
    mark("Give it to `kubeboot-tui init`"),
    mark("this line joins {place}, and this program can't do that yet"),
    mark("Run the line itself on the machine that is to join; here a cluster of its own is made"),
    mark("kubeadm has no feature gate {name} any more"),
)
"""What is said of a kubeadm line."""

PRESETS: tuple[str, ...] = (
    mark("Add a title"),
    mark("is no field of the form"),
    mark("the preset {name} can't be used"),
)
"""What keeps a preset from being used."""

REPAIR = (*NOTES, *DOUBTS, *LINES, *PRESETS)
