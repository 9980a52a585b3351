"""What a WSGI server loads: `gunicorn wsgi:application`."""

from lupweb.app import create_app

application = create_app()
