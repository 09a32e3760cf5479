"""Where staff sit: the web application, its journal and its database. The only room that knows Django."""
