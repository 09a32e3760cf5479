"""The desk's database: the only room that writes rows, and the only door for public truth."""
