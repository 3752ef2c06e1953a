"""What style sheets are checked with: their tokens, their blanks, and what is lost by a fault in them."""
