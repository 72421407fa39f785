"""What the descriptive report shows."""
