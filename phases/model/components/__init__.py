"""Tables of the configurations that kubeadm passes on; `phases.model.tables` reads them."""
