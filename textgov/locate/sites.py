"""Whose web site a document was taken from: an address is evidence of the place, but never alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from textgov.locate.mentions import Claim
from textgov.regions import Gazetteer

HOST = re.compile(r"(?:https?:/{1,2}|\bwww\.)?\b((?:[a-z0-9-]+\.)+(?:gov\.(?:cn|hk|mo|tw)))\b", re.IGNORECASE)
# A province's site also holds the reports of its cities (23 of 大连's 23 addresses are ln.gov.cn), and any site copies
# notices of others: an address supports what the document itself says, and weighs less than any word of the issuer.
SITE_WEIGHT = 0.5


@cache
def _sites() -> Mapping[str, str]:
    text = (resources.files("textgov") / "data" / "sites.csv").read_text(encoding="utf-8")
    return {row["domain"]: row["code"] for row in csv.DictReader(text.splitlines())}


def site_claims(gazetteer: Gazetteer, meta: Mapping[str, str], doc_id: str) -> list[Claim]:
    """The divisions whose sites are named in the metadata or, for pages out of a web archive, in the path."""
    hosts = dict.fromkeys(host for text in (*meta.values(), doc_id) for host in _hosts(text))
    claims: dict[str, Claim] = {}
    for host in hosts:
        code = _code_of(host)
        units = gazetteer.by_code.get(code, ())
        if units and code not in claims:
            claims[code] = Claim("site", units[-1:], host, SITE_WEIGHT)
    return list(claims.values())


def _hosts(text: str) -> Iterator[str]:
    # Most values hold no address at all.
    if ".gov." in text:
        for match in HOST.finditer(text):
            yield match[1].lower().removeprefix("www.")


def _code_of(host: str) -> str:
    """The code of the site of a host, or of the site above it: fgw.hefei.gov.cn is a bureau of 合肥."""
    labels = host.split(".")
    tails = (".".join(labels[at:]) for at in range(len(labels)))
    return next((code for tail in tails if (code := _sites().get(tail))), "")
