from actors.models.organisation import Organisation, Service
from actors.models.territory import Commune, Contour, Epci, Membership, Region
from actors.models.user import User

__all__ = ["Commune", "Contour", "Epci", "Membership", "Organisation", "Region", "Service", "User"]
