"""Side by side with the real kubeadm: the same input to both, and everything they make compared.

`corpus` holds the configurations; README.md says how to look at one by hand.
"""
