"""Old kubeadm configurations brought up to date: what became of each field, as tables and a few functions.

The tables (`v1alpha1.toml` to `v1beta3.toml`, `current.toml`, `gates.toml`) hold the facts. `moves` reads
them, `convert` applies them to one document, the `forms` have what a table can't say, `report` tells what
came of it, `args` looks after flags that programs no longer know, and `migrate` makes the new file.
"""
