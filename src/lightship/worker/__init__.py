"""The process that publishes, keeps the clock and shows that it lives."""
