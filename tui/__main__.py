"""`python -m tui` is `kubeboot-tui`."""

from tui.cli import main

raise SystemExit(main())
