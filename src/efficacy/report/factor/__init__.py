"""What the factor report shows."""
