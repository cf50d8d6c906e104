"""kubeadm's configuration: its types, how it is loaded, defaulted, validated and written."""
