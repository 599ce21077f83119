from django.contrib.auth import views
from django.urls import path

app_name = "account"

urlpatterns = [
    path(
        "connexion/",
        views.LoginView.as_view(
            template_name="actors/login.html", redirect_authenticated_user=True
        ),
        name="login",
    ),
    path("deconnexion/", views.LogoutView.as_view(), name="logout"),
]
