"""A desk again: from whatever still lies on the hosts to a database with every row."""
