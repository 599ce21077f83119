"""Signing in: django-allauth in the site's own words, by invitation only.

`adapter` says what differs from allauth, `gate` who must have a second factor, `invitations` how an
account gets its password, `oidc` how an identity provider vouches for somebody.
"""
