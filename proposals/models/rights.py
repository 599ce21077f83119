"""Who may do what: the one place where roles become rights over actions and their reports.

| role          | on which actions                          | what                                |
|---------------|-------------------------------------------|-------------------------------------|
| anonymous     | published                                 | reads                               |
| contributor   | their organisation leads or takes part in | drafts reports                      |
| officer       | all published                             | reads what is interne               |
|               | they lead, or of proposals they lead      | reports, validates drafts of others |
| coordinator   | all of the strategies they coordinate     | the same                            |
| administrator | all                                       | the same                            |

« They lead »: as referent, or as deputy of a referent who is absent today. Nobody writes on an
archived action. A strategy says whether its officers and its contributors publish at once, or draft
what somebody else validates.

Each function answers with a condition (`Q`) on actions, for the querysets that are the only doors:
see `ActionQuerySet` and `ProgressReportDraftQuerySet`.
"""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from actors.models import Absence, Organisation, Role, User
from sress import clock

Someone = User | AnonymousUser

NONE = Q(pk__in=())
# What is archived is over: nobody reports on it any more, until it is taken out again.
OPEN = Q(archived=False)


def known(user: Someone) -> Q:
    """Actions that `user` may know of: published, or theirs."""
    return Q(published=True, strategy__published=True) | editable(user)


def editable(user: Someone) -> Q:
    """Actions on which `user` may write a report, to be published at once or validated."""
    return led(user) | contributed(user)


def publishable(user: Someone) -> Q:
    """Actions on which what `user` writes is published at once."""
    return validatable(user) | (contributed(user) & Q(strategy__contributors_publish=True))


def validatable(user: Someone) -> Q:
    """Actions on which `user` publishes the drafts of others, amends or refuses them."""
    if _is(user, Role.OFFICER):
        return led(user) & Q(strategy__officers_publish=True)
    if _is(user, Role.COORDINATOR):
        return _coordinated(user) | (led(user) & Q(strategy__officers_publish=True))
    return led(user)


def led(user: Someone) -> Q:
    """Actions that `user` answers for."""
    if _is(user, Role.ADMINISTRATOR):
        return OPEN
    if _is(user, Role.OFFICER, Role.COORDINATOR):
        return responsible(user) | _coordinated(user)
    return NONE


def transferable(user: Someone) -> Q:
    """Actions that `user` may hand over for good: a deputy may not."""
    if _is(user, Role.ADMINISTRATOR):
        return OPEN
    if _is(user, Role.OFFICER, Role.COORDINATOR):
        return (OPEN & (Q(referent=user) | Q(proposal__referent=user))) | _coordinated(user)
    return NONE


def responsible(user: Someone) -> Q:
    """Actions in the hands of `user`: the referent's, the proposal's, and those of the absent."""
    if not user.is_authenticated or not user.is_regional:
        return NONE
    absent = Absence.objects.today().filter(deputy=user).values("user")
    return OPEN & (
        Q(referent=user)
        | Q(proposal__referent=user)
        | Q(referent__in=absent)
        | Q(proposal__referent__in=absent)
    )


def contributed(user: Someone) -> Q:
    """Actions that the organisation of `user` leads, or takes part in today."""
    if not _is(user, Role.CONTRIBUTOR):
        return NONE
    assert isinstance(user, User)
    organisation, day = Organisation(pk=user.organisation_id), clock.today()
    in_force = organisation.partnerships.filter(
        Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day)
    )
    return OPEN & (Q(lead=organisation) | Q(pk__in=in_force.values("action")))


def measured(user: Someone) -> Q:
    """Indicators whose values `user` enters: their own, those of what they lead or coordinate."""
    living = Q(action=None) | Q(action__archived=False)
    if _is(user, Role.ADMINISTRATOR):
        return living
    if not _is(user, Role.OFFICER, Role.COORDINATOR):
        return NONE
    assert isinstance(user, User)
    absent = Absence.objects.today().filter(deputy=user).values("user")
    paths = ("owner", "proposal__referent", "action__referent", "action__proposal__referent")
    theirs = NONE
    for path in paths:
        theirs |= Q(**{path: user}) | Q(**{f"{path}__in": absent})
    if _is(user, Role.COORDINATOR):
        theirs |= Q(strategy__in=user.coordinated.values("pk"))
    return living & theirs


def administered(user: Someone) -> Q:
    """Strategies that `user` has in the administration; of coordinators, those they coordinate."""
    if _is(user, Role.ADMINISTRATOR):
        return Q()
    if _is(user, Role.COORDINATOR):
        return Q(coordinators=user)
    return NONE


def reads_internal(user: Someone) -> bool:
    """Whether `user` reads the texts, motives and attachments of interne reports."""
    return user.is_authenticated and user.is_regional


def _coordinated(user: Someone) -> Q:
    if not _is(user, Role.COORDINATOR):
        return NONE
    assert isinstance(user, User)
    return OPEN & Q(strategy__in=user.coordinated.values("pk"))


def _is(user: Someone, *roles: Role) -> bool:
    return isinstance(user, User) and user.is_active and user.role in roles
