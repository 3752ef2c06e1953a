"""What scripts are checked with: their tokens, their line breaks, and what no script can hold."""
