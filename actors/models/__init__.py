from actors.models.absence import Absence
from actors.models.account_event import AccountEvent
from actors.models.organisation import Organisation, Service
from actors.models.territory import Commune, Contour, Epci, Membership, Region
from actors.models.user import Pace, Role, User

__all__ = [
    "Absence",
    "AccountEvent",
    "Commune",
    "Contour",
    "Epci",
    "Membership",
    "Organisation",
    "Pace",
    "Region",
    "Role",
    "Service",
    "User",
]
