from django.urls import include, path

from proposals.views import action, desk, proposal, strategy

desk_urls = [
    path("", desk.home, name="home"),
    path("<slug:slug>/actions/<slug:code>/point/", desk.report, name="report"),
    path("<slug:slug>/actions/<slug:code>/point/<int:pk>/retrait/", desk.retract, name="retract"),
]

urlpatterns = [
    path("", strategy.current, name="home"),
    path("suivi/", include((desk_urls, "desk"))),
    path("<slug:slug>/", strategy.home, name="strategy"),
    path("<slug:slug>/axes/<int:number>/", strategy.axis, name="axis"),
    path("<slug:slug>/propositions/", proposal.index, name="proposals"),
    path("<slug:slug>/propositions/<int:number>/", proposal.detail, name="proposal"),
    path("<slug:slug>/actions/", action.index, name="actions"),
    path("<slug:slug>/actions/<slug:code>/", action.detail, name="action"),
]
