from django.urls import include, path

from proposals.views import (
    action,
    attachment,
    budget,
    edition,
    evolution,
    files,
    proposal,
    results,
    strategy,
)
from proposals.views.desk import action as followed
from proposals.views.desk import (
    editions,
    handover,
    home,
    means,
    reminders,
    reply,
    report,
    review,
    validation,
)
from proposals.views.desk import results as measured

of_action = "<slug:slug>/actions/<slug:code>/"
desk_urls = [
    path("", home.home, name="home"),
    path("revue/", review.review, name="review"),
    path("relances/", reminders.reminders, name="reminders"),
    path("relances/courriels/", reminders.mails, name="mails"),
    path("relances/courriels/<int:pk>/", reminders.mail, name="mail"),
    path("relances/courriels/<int:pk>/renvoi/", reminders.resend_mail, name="resend"),
    path("relances/plus-tard/<int:pk>/fin/", reminders.forget_snooze, name="forget_snooze"),
    path("relances/reponse/<str:token>/", reply.reply, name="reply"),
    path("passation/", handover.hand_over, name="handover"),
    path("absences/", handover.absences, name="absences"),
    path("absences/<int:pk>/suppression/", handover.forget_absence, name="forget_absence"),
    path("<slug:slug>/editions/nouvelle/", editions.freeze, name="freeze"),
    path("<slug:slug>/resultats/", measured.index, name="results"),
    path("<slug:slug>/resultats/<slug:code>/", measured.detail, name="result"),
    path(of_action, followed.detail, name="action"),
    path(f"{of_action}historique/", followed.changes, name="changes"),
    path(f"{of_action}point/", report.report, name="report"),
    path(f"{of_action}moyens/", means.means, name="means"),
    path(f"{of_action}moyens/<int:pk>/correction/", means.correct, name="correct_movement"),
    path(f"{of_action}rien-de-nouveau/", report.nothing_new, name="nothing_new"),
    path(f"{of_action}point/<int:pk>/retrait/", report.retract, name="retract"),
    path(f"{of_action}validation/<int:pk>/", validation.validate, name="validate"),
]

urlpatterns = [
    path("", strategy.current, name="home"),
    path("suivi/", include((desk_urls, "desk"))),
    path("pieces/<int:pk>/", attachment.download, name="attachment"),
    path("<slug:slug>/", strategy.home, name="strategy"),
    path("<slug:slug>/axes/<int:number>/", strategy.axis, name="axis"),
    path("<slug:slug>/propositions/", proposal.index, name="proposals"),
    path("<slug:slug>/propositions/<int:number>/", proposal.detail, name="proposal"),
    path("<slug:slug>/actions/", action.index, name="actions"),
    path("<slug:slug>/actions/<slug:code>/", action.detail, name="action"),
    path("<slug:slug>/budget/", budget.budget, name="budget"),
    path("<slug:slug>/budget/mouvements/", budget.movements, name="movements"),
    path("<slug:slug>/subventions/", budget.grants, name="grants"),
    path("<slug:slug>/subventions.csv", files.grants_csv, name="grants_csv"),
    path("<slug:slug>/resultats/", results.index, name="results"),
    path("<slug:slug>/resultats.<slug:kind>", files.results, name="results_file"),
    path("<slug:slug>/evolution/", evolution.evolution, name="evolution"),
    path("<slug:slug>/rapport.pdf", files.report, name="report_pdf"),
    path("<slug:slug>/editions/", edition.index, name="editions"),
    path("<slug:slug>/editions/<int:number>/", edition.detail, name="edition"),
    path(
        "<slug:slug>/editions/<int:number>/<str:name>",
        edition.document,
        name="edition_document",
    ),
    path("<slug:slug>/moyens.<slug:kind>", files.means, name="means"),
]
