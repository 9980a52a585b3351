"""What a WSGI server loads: `gunicorn wsgi:application`."""

from lupweb import create_app

application = create_app()
