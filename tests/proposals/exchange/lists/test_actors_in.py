"""Files of people, organisations or services only."""

from html import unescape

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from actors.models import Organisation, Role, Service, User
from tests.factories import (
    EpciFactory,
    OrganisationFactory,
    RegionFactory,
    StrategyFactory,
    UserFactory,
)
from tests.proposals.exchange.lists.kit import (
    INVITED,
    PEOPLE,
    applied,
    faults,
    messages,
    ods,
    rehearsed,
    text,
    upload,
    xlsx,
)

pytestmark = pytest.mark.django_db

SHEETS = {
    "Organisations": [
        ["Nom", "Sigle", "Nature", "SIREN", "EPCI du siège"],
        ["Réseau des Loges", "RDL", "Réseau ou tête de réseau", None, "Le Val d'Essai"],
    ],
    "Services": [["Organisation", "Service"], ["Région Centre-Val de Loire", "Service ESS"]],
    "Personnes": [
        PEOPLE,
        ["Jeanne@Region.example.org", "Jeanne Petit", "Service ESS", None, None],
        ["remi@loges.example.org", "Rémi Loges", None, "Contributeur", "Réseau des Loges"],
        ["zoe@neuf.example.org", "Zoé Neuf", None, "contributrice", "Association neuve"],
    ],
}


class TestAFileOfActorsAlone:
    @pytest.mark.parametrize(("write", "name"), [(xlsx, "liste.xlsx"), (ods, "liste.ods")])
    def test_loads_all_its_sheets(self, administrator, strategy, write, name):
        epci = EpciFactory(name="CC du Val d'Essai", short_name="Le Val d'Essai")
        content = write(**SHEETS)
        address, _ = rehearsed(administrator, content, name)
        page = administrator.get(address).content.decode()
        assert "lu pour la région Centre-Val de Loire" in page
        assert INVITED in unescape(page)
        assert not User.objects.filter(full_name="Jeanne Petit").exists()

        done = applied(administrator, content, name)
        assert done.redirect_chain[-1][0] == reverse("admin:actors_user_changelist")
        assert any(INVITED in message for message in messages(done))
        network = Organisation.objects.get(short_name="RDL")
        assert (network.epci, network.kind) == (epci, "reseau")
        told = User.objects.exclude(pk=administrator.user.pk).values_list(
            "email", "full_name", "service__name", "role", "organisation__name"
        )
        assert set(told) == {
            ("jeanne@region.example.org", "Jeanne Petit", "Service ESS", Role.OFFICER, None),
            ("remi@loges.example.org", "Rémi Loges", None, Role.CONTRIBUTOR, "Réseau des Loges"),
            ("zoe@neuf.example.org", "Zoé Neuf", None, Role.CONTRIBUTOR, "Association neuve"),
        }
        assert not any(
            user.has_usable_password() for user in User.objects.exclude(pk=administrator.user.pk)
        )
        # The strategy is as it was, and the same file changes nothing more.
        strategy.refresh_from_db()
        assert strategy.title.startswith("Stratégie régionale")
        assert rehearsed(administrator, content, name)[1].changes == []

    def test_may_be_a_csv_as_excel_saves_it_in_france(self, administrator, strategy):
        rows = [PEOPLE, ["zoe@example.org", "Zoé Œuvrée – née Noël", "Direction de l'été", "", ""]]
        applied(administrator, text(rows, "cp1252"), "comptes.csv")
        person = User.objects.get(email="zoe@example.org")
        assert person.full_name == "Zoé Œuvrée – née Noël"
        assert person.service.organisation == strategy.region.organisation

    def test_may_be_a_csv_of_organisations(self, administrator, strategy):
        rows = [["Nom", "Nature", "SIREN"], ["Scop du Cher", "Structure de l'ESS", "234500023"]]
        done = applied(administrator, text(rows), "annuaire.csv")
        assert done.redirect_chain[-1][0] == reverse("admin:actors_organisation_changelist")
        assert Organisation.objects.get(name="Scop du Cher").siren == "234500023"

    def test_reads_services_of_the_region_of_the_strategy_that_is_chosen(
        self, administrator, strategy
    ):
        other = StrategyFactory(
            region=RegionFactory(
                code="53", name="Bretagne", organisation=OrganisationFactory(name="Région Bretagne")
            )
        )
        rows = xlsx(Personnes=[PEOPLE[:3], ["gwenn@example.org", "Gwenn Ar", "Service Mer"]])
        applied(administrator, rows, target=other.pk)
        assert Service.objects.get(name="Service Mer").organisation.name == "Région Bretagne"

    def test_needs_a_strategy(self, administrator, strategy):
        strategy.delete()
        address, outcome = rehearsed(administrator, xlsx(**SHEETS))
        assert ["aucune stratégie" in str(error) for error in outcome.remarks.errors] == [True]
        assert administrator.get(address).status_code == 200
        assert not Organisation.objects.filter(short_name="RDL").exists()

    def test_reads_columns_that_are_pointed_out(self, administrator, strategy):
        rows = [["Mél", "Qui"], ["zoe@example.org", "Zoé Neuf"]]
        address = upload(administrator, text(rows), "gens.csv")["Location"]
        assert address.endswith("/colonnes/")
        chosen = {"feuille-0": "personnes", "entete-0": "1"}
        page = administrator.post(address, {**chosen, "actualiser": "1"})
        # What it asks of a new strategy would make no sense.
        assert "si le fichier ne la décrit pas" not in page.content.decode()
        chosen |= {"colonne-0-0": "email", "colonne-0-1": "full_name", "suite": "1"}
        administrator.post(address, chosen)
        preview = address.removesuffix("colonnes/")
        digest = administrator.get(preview).context["outcome"].digest
        administrator.post(preview, {"digest": digest})
        assert User.objects.get(email="zoe@example.org").full_name == "Zoé Neuf"

    def test_is_not_taken_for_one_by_a_few_common_words(self, administrator, strategy, tmp_path):
        rows = [
            ["Structure", "Type", "Chantier", "Quoi", "Pour quand"],
            ["CRESS", "Autre", "Former", "Ouvrir un cycle", "fin 2020"],
        ]
        assert upload(administrator, text(rows), "plan.csv")["Location"].endswith("/colonnes/")
        file = tmp_path / "plan.csv"
        file.write_bytes(text(rows))
        with pytest.raises(CommandError, match="Aucune feuille ne se lit"):
            call_command("import_strategy", str(file), "--no-input")

    def test_is_loaded_by_the_command_too(self, strategy, tmp_path, capsys):
        file = tmp_path / "personnes.csv"
        file.write_bytes(text([PEOPLE[:2], ["zoe@example.org", "Zoé Neuf"]]))
        call_command("import_strategy", str(file), "--no-input")
        assert User.objects.filter(email="zoe@example.org").exists()
        assert "n'est pas publiée" not in capsys.readouterr().out

    def test_names_all_its_faults_and_writes_nothing(self, administrator, strategy):
        OrganisationFactory(name="Deux fois", siren="")
        OrganisationFactory(name="Deux fois", siren="")
        before = (User.objects.count(), Organisation.objects.count(), Service.objects.count())
        rows = [
            PEOPLE,
            ["pas une adresse", "Alex Un", None, None, None],
            ["b@example.org", None, None, None, None],
            ["c@example.org", "Alex Trois", None, "Chef", None],
            ["d@example.org", "Alex Quatre", None, "Contributeur", None],
            ["e@example.org", "Alex Cinq", None, None, "Association neuve"],
            ["f@example.org", "Alex Six", None, "Contributeur", "Deux fois"],
            ["g@example.org", "Alex Sept", "Service neuf", None, None],
            ["g@example.org", "Alex Sept bis", None, None, None],
        ]
        organisations = [["Nom", "SIREN", "Nature"], ["Une", "123", "Bizarre"]]
        said = faults(administrator, xlsx(Personnes=rows, Organisations=organisations))
        expected = [
            ("Organisations », ligne 2, colonne B", ""),
            ("Organisations », ligne 2, colonne C", "n'est pas prévu"),
            ("Personnes », ligne 2, colonne A", "n'est pas une adresse"),
            ("Personnes », ligne 3, colonne B", "est vide"),
            ("Personnes », ligne 4, colonne D", "« Chef » n'est pas prévu"),
            ("Personnes », ligne 5, colonne D", "Un contributeur est d'un organisme partenaire"),
            ("Personnes », ligne 6, colonne E", "Un contributeur est d'un organisme partenaire"),
            ("Personnes », ligne 7, colonne E", "Plusieurs organisations"),
            ("Personnes », ligne 9, colonne A", "Déjà donné feuille « Personnes », ligne 8"),
        ]
        assert len(said) == len(expected), said
        for one, (where, why) in zip(said, expected, strict=True):
            assert where in one
            assert why in one
        assert before == (
            User.objects.count(),
            Organisation.objects.count(),
            Service.objects.count(),
        )


class TestRoles:
    def test_change_and_are_agreed_to(self, administrator, strategy):
        person = UserFactory(email="a@example.org", full_name="Alex Un", service=None)
        rows = xlsx(
            Personnes=[["Adresse", "Nom", "Rôle"], [person.email, "Alex Un", "Coordination"]]
        )
        _, outcome = rehearsed(administrator, rows)
        assert [str(one) for one in outcome.modifications[0].differences] == [
            "rôle : Agent de la Région → Coordination"
        ]
        assert outcome.needs_agreement
        applied(administrator, rows)
        person.refresh_from_db()
        assert person.role == Role.COORDINATOR

    def test_that_give_rights_to_a_new_account_are_asked_about(self, administrator, strategy):
        rows = [["Adresse", "Nom", "Rôle"], ["a@example.org", "Alex Un", "Administration"]]
        _, outcome = rehearsed(administrator, xlsx(Personnes=rows))
        assert "Alex Un aura le rôle « Administration »" in str(outcome.remarks.questions[0])
        assert outcome.needs_agreement

    def test_left_out_stay(self, administrator, strategy):
        partner = OrganisationFactory(name="CRESS")
        person = UserFactory(
            email="a@example.org", role=Role.CONTRIBUTOR, organisation=partner, service=None
        )
        rows = [["Adresse", "Nom", "Rôle"], [person.email, "Alex Deux", None]]
        applied(administrator, xlsx(Personnes=rows))
        person.refresh_from_db()
        assert (person.full_name, person.role) == ("Alex Deux", Role.CONTRIBUTOR)

    def test_nobody_changes_their_own(self, administrator, strategy):
        UserFactory(role=Role.ADMINISTRATOR)
        me = administrator.user
        rows = [["Adresse", "Nom", "Rôle"], [me.email, "Moi Même", "Agent de la Région"]]
        (said,) = faults(administrator, xlsx(Personnes=rows))
        assert "ligne 2, colonne C (Rôle) : Personne ne change son propre rôle" in said
        rows[1][2] = "Administration"
        applied(administrator, xlsx(Personnes=rows))
        me.refresh_from_db()
        assert (me.full_name, me.role) == ("Moi Même", Role.ADMINISTRATOR)

    def test_the_last_administrator_stays(self, strategy, tmp_path):
        author = UserFactory(email="auteur@example.org")
        last = UserFactory(email="a@example.org", role=Role.ADMINISTRATOR)
        UserFactory(email="ferme@example.org", role=Role.ADMINISTRATOR, is_active=False)
        file = tmp_path / "personnes.csv"
        rows = [["Adresse", "Nom", "Rôle"], [last.email, "Alex Un", "Agent de la Région"]]
        file.write_bytes(text(rows))
        options = {"author": author.email, "interactive": False}
        with pytest.raises(CommandError, match="plus aucun administrateur"):
            call_command("import_strategy", str(file), **options)
        last.refresh_from_db()
        assert last.role == Role.ADMINISTRATOR
        # Another one takes over, whatever the order of the rows.
        file.write_bytes(text([*rows, ["b@example.org", "Alex Deux", "Administration"]]))
        call_command("import_strategy", str(file), **options)
        last.refresh_from_db()
        assert last.role == Role.OFFICER
