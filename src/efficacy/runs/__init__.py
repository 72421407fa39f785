"""How reports are produced: planned, executed one process each, published whole, and recorded in a manifest."""
