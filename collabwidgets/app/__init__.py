"""The dashboard as a page of its own: the notebook that Voila serves, its template and the server."""
