"""A whole history from elsewhere, taken in or merged."""
