"""Addresses of which one declares nothing."""

from django.http import HttpResponse
from django.urls import path

from sress.urls import urlpatterns as declared

urlpatterns = [*declared, path("oubliee/", lambda request: HttpResponse(), name="forgotten")]
