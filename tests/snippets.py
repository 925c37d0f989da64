"""The snippets of a Markdown file: `<!-- snippet: NAME -->` stands right before each that is run by a test."""

import re

from tests.server import ROOT


def snippets(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text()
    found = re.findall(r"<!-- snippet: (\S+) -->\n```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found, f"{file} has no snippets"
    return dict(found)
