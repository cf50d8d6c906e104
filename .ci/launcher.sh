#!/bin/sh
# The first lines of dist/kubeboot-tui. Behind them is a zip archive that Python runs; here a Python is found.
if [ "$(wc -c <"$0" 2>/dev/null)" -lt @SIZE@@@@@ ] 2>/dev/null; then
    echo "error: $0 is not whole; it was cut off on its way here. Copy it again and run the same command again." >&2
    exit 1
fi
for python in python3 @PYTHONS@; do
    if command -v "$python" >/dev/null 2>&1; then
        exec "$python" -I "$0" "$@"
    fi
done
echo "error: kubeboot-tui needs Python 3.11 or newer, and none is on the PATH ($PATH). Install the package python3 and run the same command again." >&2
exit 1
