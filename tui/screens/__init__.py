"""One file and one stylesheet per screen; what they share is in `page`."""
