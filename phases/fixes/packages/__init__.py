"""Software that Kubernetes needs on a machine: where it comes from, and how each package manager gets it.

`source` knows the repositories and mirrors, `managers` the package managers; `install` puts both
together for a fix, `binaries` does without packages. Keys are verified before a repository is added.
"""
