"""Every outgoing request that is not a provider's SDK."""
