FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 STATIC_ROOT=/srv/static
WORKDIR /srv/sress

COPY requirements/site.txt requirements/
RUN pip install --require-hashes --requirement requirements/site.txt

COPY . .
RUN pip install --no-deps --no-build-isolation --editable . \
    # These values serve this command alone: nothing is reached, and nothing is kept.
    && SECRET_KEY=$(printf %032d 0) EMAIL_URL=smtp://none ALLOWED_HOSTS=none SITE_URL=https://none \
       DATABASE_URL=postgres:///none CELERY_BROKER_URL=memory:// \
       python manage.py collectstatic --no-input \
    && useradd --system --no-create-home sress
USER sress

EXPOSE 8000
# The commands of Procfile; docker-compose.yml gives worker and beat theirs.
CMD ["gunicorn", "sress.wsgi"]
