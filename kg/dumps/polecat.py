"""The columns of the event table: those of POLECAT's published files in their order, then some of our own."""

from __future__ import annotations

from kg.dumps.columns import Column, Kind

_NONE = "Empty: the graph has nothing of the kind."


def _own(header: str, kind: Kind, description: str, *, listed: bool = False, required: bool = False) -> Column:
    name = header.lower().replace(" ", "_")
    return Column(name, kind, description, listed=listed, required=required, header=header)


def _side(role: str, *, required: bool) -> tuple[Column, ...]:
    who = "Who acts" if role == "Actor" else "Whom it is done to or with; empty where nobody is told"
    return (
        _own(f"{role} Name", "text", f"{who}.", required=required),
        _own(
            f"{role} Country",
            "text",
            "ISO 3166-1 alpha-3 code of the state; IGO or NGO for an organization that belongs to none.",
        ),
        _own(f"{role} COW", "count", "Number of this state in the Correlates of War project."),
        _own(
            f"Primary {role} Sector",
            "text",
            "PLOVER's sector by class, or by the office held on the day: GOV, MIL, LEG and so on.",
        ),
        _own(f"{role} Sectors", "text", "All such sectors.", listed=True),
        _own(f"{role} Title", "text", "Offices that may have been held on the day, with '; ' between them."),
        _own(f"{role} Name Raw", "text", _NONE),
        _own(f"Wikipedia {role} ID", "text", f"Empty: see {role} Wikidata."),
    )


COLUMNS = (
    _own(
        "Event ID", "iri", "The event's IRI; an event of several actors or recipients has several rows.", required=True
    ),
    _own("Event Date", "day", "The day on which it begins; empty where no article tells the day."),
    _own("Event Type", "text", "PLOVER's type: CONSULT, ACCUSE and so on.", required=True),
    _own("Event Mode", "text", "visit, or phone for a meeting by phone or video; else empty."),
    _own("Event Intensity", "number", _NONE),
    _own("Quad Code", "text", "VERBAL COOPERATION or VERBAL CONFLICT.", required=True),
    _own("Contexts", "text", "future for what is planned; PLOVER's other contexts are not told apart.", listed=True),
    *_side("Actor", required=True),
    *_side("Recipient", required=False),
    _own("Placename", "text", "Where it happens: a visit's destination, a meeting's place."),
    _own("City", "text", "Empty: the graph does not tell cities from countries."),
    _own("District", "text", _NONE),
    _own("Province", "text", _NONE),
    _own("Country", "text", "ISO 3166-1 alpha-3 code of the place's country."),
    _own("Latitude", "number", "Degrees, WGS 84."),
    _own("Longitude", "number", "Degrees, WGS 84."),
    _own("GeoNames ID", "count", "The place's number in GeoNames."),
    _own("Raw Placename", "text", _NONE),
    _own("Feature Type", "text", _NONE),
    _own("Source", "text", "Publishers of the articles that tell of it.", listed=True),
    _own("Publication Date", "day", "When the first of these articles was published."),
    _own("Story People", "text", _NONE, listed=True),
    _own("Story Organizations", "text", _NONE, listed=True),
    _own("Story Locations", "text", _NONE, listed=True),
    _own("Language", "text", "Languages of the articles.", listed=True),
    _own("Version", "text", "The release.", required=True),
    _own("Story ID", "text", "Ids of the articles.", listed=True, required=True),
    _own("Status", "text", "Planned or Occurred.", required=True),
    _own("Event EDTF", "edtf", "When, as precisely as the articles say."),
    _own("Event Earliest", "day", "The first day that the date can mean."),
    _own("Event Latest", "day", "The last day that the date can mean."),
    _own("Confidence", "number", "How surely the surest report was read rightly, from 0 to 1.", required=True),
    _own("Actor ID", "iri", "The actor's IRI, an id of the table actors.", required=True),
    _own("Actor Wikidata", "text", "The actor's item in Wikidata."),
    _own("Recipient ID", "iri", "The recipient's IRI, an id of the table actors."),
    _own("Recipient Wikidata", "text", "The recipient's item in Wikidata."),
)
"""Up to Version the published layout; headers are POLECAT's, names the same in snake case."""
