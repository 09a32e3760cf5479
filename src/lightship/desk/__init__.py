"""The web application in which staff write: sign-in, forms, views, templates."""
