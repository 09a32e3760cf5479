"""What is true: values and decisions. Standard library only; no I/O, no clock, no Django."""
