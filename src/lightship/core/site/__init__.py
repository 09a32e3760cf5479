"""What a host holds, and which desks' revisions it includes."""
