"""The legal family of an ESS structure, from its category code.

Codes: INSEE, « catégories juridiques », level III, in force since September 2018. Families: article
1 of the law of 31 July 2014 on the ESS. A company whose category says nothing of a cooperative is
of the ESS when the register says so (it then has the law's conditions in its articles).

| category                                                                   | family      |
|----------------------------------------------------------------------------|-------------|
| 9210–9230, 9260 associations (declared, of insertion, of public utility…)   | association |
| 9300 foundations                                                           | fondation   |
| 8210, 8250, 8290 mutual bodies; 6411 mutual insurance companies            | mutuelle    |
| 5191–5196 cooperative banks; 5195 cooperative associations                 | cooperative |
| 5451–5460, 5551–5560, 5651–5660 cooperative companies (SARL, SA)           | cooperative |
| 6316–6318 agricultural; 6543, 6551, 6554, 6558, 6560 civil cooperatives     | cooperative |
| any other 5… company, when the register marks it as of the ESS             | societe     |

9240 (congregations) and 9900 are of no family.
"""

from actors.models import Organisation

_ASSOCIATIONS = {"9210", "9220", "9221", "9222", "9223", "9224", "9230", "9260"}
_MUTUALS = {"8210", "8250", "8290", "6411"}
_BANKS = {"5191", "5192", "5193", "5194", "5195", "5196"}
# The last two figures of a cooperative SARL (54), SA with a board (55), SA with a directorate (56).
_COMPANIES = {
    form + kind
    for form in ("54", "55", "56")
    for kind in ("51", "52", "53", "54", "55", "58", "59", "60")
}
_CIVIL = {"6316", "6317", "6318", "6543", "6551", "6554", "6558", "6560"}

_Family = Organisation.LegalFamily
FAMILIES: dict[str, str] = {
    **dict.fromkeys(_ASSOCIATIONS, str(_Family.ASSOCIATION)),
    "9300": str(_Family.FOUNDATION),
    **dict.fromkeys(_MUTUALS, str(_Family.MUTUAL)),
    **dict.fromkeys(_BANKS | _COMPANIES | _CIVIL, str(_Family.COOPERATIVE)),
}


def family_of(category: str, *, marked: bool) -> str:
    """The family of a category, "" if none; `marked`: the register says that it is of the ESS."""
    if category in FAMILIES:
        return FAMILIES[category]
    return str(_Family.ESS_COMPANY) if marked and category.startswith("5") else ""
