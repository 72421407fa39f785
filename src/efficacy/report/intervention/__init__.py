"""What the intervention report shows."""
