"""A release on disk: its layout, lock, manifests, and the commit that is under way."""
