"""How often the package's procedures are right in simulated studies with known truth: ``make calibrate``."""
