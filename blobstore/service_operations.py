"""Operations on the account and its Blob service."""

from xml.etree import ElementTree as ET

from blobstore import containers, documents, listings, uploads
from blobstore.calls import Call
from blobstore.errors import AzureError, Reason
from blobstore.responses import Answer, xml_answer

MAX_PROPERTIES = 64 * 1024
ACCOUNT_HEADERS = {"x-ms-sku-name": "Standard_RAGRS", "x-ms-account-kind": "StorageV2", "x-ms-is-hns-enabled": "false"}
_PROPERTIES = "service"
_DEFAULT_PROPERTIES = (
    "<StorageServiceProperties>"
    "<Logging><Version>1.0</Version><Delete>false</Delete><Read>false</Read><Write>false</Write>"
    "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></Logging>"
    "<HourMetrics><Version>1.0</Version><Enabled>false</Enabled>"
    "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></HourMetrics>"
    "<MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled>"
    "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></MinuteMetrics>"
    "<Cors /><DefaultServiceVersion>2021-12-02</DefaultServiceVersion>"
    "<DeleteRetentionPolicy><Enabled>false</Enabled></DeleteRetentionPolicy>"
    "<StaticWebsite><Enabled>false</Enabled></StaticWebsite>"
    "</StorageServiceProperties>"
)


async def account_information(call: Call) -> Answer:
    return Answer(200, dict(ACCOUNT_HEADERS))


async def list_containers(call: Call) -> Answer:
    query = call.request.query
    limit = call.page_size(listings.MAX_PAGE)
    start = listings.from_marker(query.get("marker", ""))
    found = list(call.store.read(lambda db: containers.listed(db, query.get("prefix", ""), start, limit + 1)))
    root = documents.enumeration(call.endpoint, None, query)
    parent = ET.SubElement(root, "Containers")
    for container in found[:limit]:
        documents.add_container(parent, container, with_metadata="metadata" in call.included())
    ET.SubElement(root, "NextMarker").text = listings.marker(found[limit].name) if len(found) > limit else ""
    return xml_answer(root)


async def get_properties(call: Call) -> Answer:
    row = call.store.read(
        lambda db: db.execute("SELECT value FROM properties WHERE name = ?", (_PROPERTIES,)).fetchone()
    )
    return xml_answer(documents.parsed((row[0] if row else _DEFAULT_PROPERTIES).encode()))


async def set_properties(call: Call) -> Answer:
    """Keep what was set: elements that the request leaves out stay as they are, as in Azure."""
    change = documents.parsed(await uploads.small_body(call.request, MAX_PROPERTIES))
    if change.tag != "StorageServiceProperties":
        raise AzureError(Reason.INVALID_XML_DOCUMENT)
    current = documents.parsed((await get_properties(call)).body)
    for element in change:
        for old in current.findall(element.tag):
            current.remove(old)
        current.append(element)
    value = ET.tostring(current, encoding="unicode")
    await call.store.change(
        lambda db: (
            db.execute("INSERT OR REPLACE INTO properties (name, value) VALUES (?, ?)", (_PROPERTIES, value)) and None
        )
    )
    return Answer(202)


async def get_statistics(call: Call) -> Answer:
    root = ET.Element("StorageServiceStats")
    replication = ET.SubElement(root, "GeoReplication")
    ET.SubElement(replication, "Status").text = "unavailable"
    ET.SubElement(replication, "LastSyncTime")
    return xml_answer(root)


async def not_implemented(call: Call) -> Answer:
    """What is part of Azure and not of this store."""
    raise AzureError(Reason.NOT_IMPLEMENTED)
