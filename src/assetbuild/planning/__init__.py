"""What the plan station is made of: the contents of bundles, and the rules that hold for an asset."""
