"""Forms check the shape of what staff type; what it may say is for the journal to judge."""
