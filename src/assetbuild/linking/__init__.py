"""What the link station is made of: resolving references, ordering by dependency, writing the final texts."""
