"""What the WSGI and the ASGI application share: which files are served, and how a request is answered."""
