"""What officers and contributors do once signed in: `/suivi/`."""
