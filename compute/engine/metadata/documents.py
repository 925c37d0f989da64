"""What PDF, SVG and office documents say of themselves."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from compute.engine.metadata.properties import Properties, Value, alt, bag, seq
from compute.engine.office import core_properties
from compute.errors import RenditionError

POINTS_PER_INCH = 72


def describe_pdf(path: Path, properties: Properties) -> None:
    """The document information dictionary, pages and the first page's size; nothing for a damaged file."""
    import pypdfium2

    from compute.engine.pdf import open_pdf

    try:
        document = open_pdf(path)
    except RenditionError:
        return
    try:
        information = document.get_metadata_dict(skip_empty=True)
        properties.offer(
            {
                "dc:title": _alternative(information.get("Title")),
                "dc:creator": _people(information.get("Author")),
                "dc:description": _alternative(information.get("Subject")),
                "pdf:Keywords": information.get("Keywords"),
                "xmp:CreatorTool": information.get("Creator"),
                "pdf:Producer": information.get("Producer"),
                "xmp:CreateDate": _pdf_date(information.get("CreationDate", "")),
                "xmp:ModifyDate": _pdf_date(information.get("ModDate", "")),
            }
        )
        version = document.get_version()
        properties.set("pdf:PDFVersion", f"{version // 10}.{version % 10}" if version else None)
        properties.set("xmpTPg:NPages", len(document))
        width, height = document.get_page_size(0)  # without reading what is on the page
        properties.set("dam:Physicalwidthininches", f"{width / POINTS_PER_INCH:.4f}")
        properties.set("dam:Physicalheightininches", f"{height / POINTS_PER_INCH:.4f}")
        properties.set("tiff:ImageWidth", max(1, round(width)))
        properties.set("tiff:ImageLength", max(1, round(height)))
    except (pypdfium2.PdfiumError, IndexError):
        return
    finally:
        document.close()


def describe_office(path: Path, properties: Properties) -> None:
    try:
        found = core_properties(path)
    except RenditionError:
        return
    keywords = [part.strip() for part in re.split(r"[,;]", found.get("keywords") or found.get("keyword") or "")]
    properties.offer(
        {
            "dc:title": _alternative(found.get("title")),
            "dc:creator": _people(found.get("creator") or found.get("initial-creator")),
            "dc:description": _alternative(found.get("description") or found.get("subject")),
            "dc:subject": bag(*filter(None, keywords)) if any(keywords) else None,
            "xmp:CreateDate": found.get("created") or found.get("creation-date"),
            "xmp:ModifyDate": found.get("modified") or found.get("date"),
            "xmp:CreatorTool": found.get("generator"),
        }
    )


def describe_legacy_office(path: Path, properties: Properties) -> None:
    from compute.engine.compound import summary

    try:
        found = summary(path)
    except RenditionError:
        return
    keywords = [part.strip() for part in re.split(r"[,;]", found["keywords"] or "")]
    properties.offer(
        {
            "dc:title": _alternative(found["title"]),
            "dc:creator": _people(found["author"]),
            "dc:description": _alternative(found["comments"] or found["subject"]),
            "dc:subject": bag(*filter(None, keywords)) if any(keywords) else None,
            "xmp:CreateDate": _utc(found["create_time"]),
            "xmp:ModifyDate": _utc(found["last_saved_time"]),
            "xmp:CreatorTool": found["creating_application"],
        }
    )
    properties.set("xmpTPg:NPages", found["num_pages"] or None)


def _utc(moment: Any) -> str | None:
    """Zero is the year 1601."""
    return f"{moment.isoformat(timespec='seconds')}Z" if isinstance(moment, datetime) and moment.year > 1601 else None


def describe_svg(path: Path, properties: Properties) -> None:
    from compute.engine.svg import declared_size, read_svg

    try:
        root = read_svg(path)
    except RenditionError:
        return
    if size := declared_size(root):
        properties.set("tiff:ImageWidth", max(1, round(size[0])))
        properties.set("tiff:ImageLength", max(1, round(size[1])))
    texts = {child.tag.rpartition("}")[2]: child.text for child in root}
    properties.offer({"dc:title": _alternative(texts.get("title")), "dc:description": _alternative(texts.get("desc"))})


def _alternative(text: str | None) -> Value | None:
    return alt(text.strip()) if text and text.strip() else None


def _people(text: str | None) -> Value | None:
    names = [name.strip() for name in (text or "").split(";") if name.strip()]
    return seq(*names) if names else None


def _pdf_date(text: str) -> str | None:
    """`D:20240131120000+01'00'` as ISO 8601."""
    match = re.match(r"D?:?(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d\d)?'?(\d\d)?", text)
    if not match:
        return None
    year, month, day, hour, minute, second, zone, minutes = match.groups()
    offset = "Z" if zone in {"Z", "+00", "-00"} else f"{zone}:{minutes or '00'}" if zone else ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{offset}"
