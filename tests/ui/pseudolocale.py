"""A language for tests, made of the sources: every text that goes through gettext comes out ⟦in brackets⟧, longer.

What a page shows outside of brackets was never given to gettext. GNU gettext reads the sources, as for a real language.
"""

import os
import subprocess
from pathlib import Path

import django.utils.translation.template as django_templates

ROOT = Path(__file__).resolve().parents[2]
CODE = "eo"  # a language that Django knows, so that its own texts do not stay English
PADDING = " ~~~~"
PLURALS = "nplurals=2; plural=(n != 1)"
PYTHON_KEYWORDS = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext:1,2", "pgettext:1c,2", "npgettext:1c,2,3")
SCRIPT_KEYWORDS = ("_", "gettext", "ngettext:1,2")
OUTSIDE = {"tests", "benchmarks", "var", "docs", "test-results", "examples"}


def build(folder: Path) -> None:
    """Write `eo/LC_MESSAGES/{django,djangojs}.mo` below `folder`."""
    messages = folder / CODE / "LC_MESSAGES"
    messages.mkdir(parents=True)
    sources = folder / "sources"
    _compile(_extract(_python(sources), "Python", PYTHON_KEYWORDS, sources / "django.pot"), messages / "django.mo")
    scripts = sorted((ROOT / "static" / "aemulator" / "js").rglob("*.js"))
    _compile(_extract(scripts, "JavaScript", SCRIPT_KEYWORDS, sources / "djangojs.pot"), messages / "djangojs.mo")


def _python(sources: Path) -> list[Path]:
    """Our modules, and the templates as Django gives them to gettext."""
    found = [file for file in ROOT.glob("*/**/*.py") if _is_ours(file)]
    for number, template in enumerate(sorted((ROOT / "templates").rglob("*.html"))):
        written = sources / f"{number}.py"
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(django_templates.templatize(template.read_text(), origin=str(template)))
        found.append(written)
    return found


def _is_ours(file: Path) -> bool:
    first = file.relative_to(ROOT).parts[0]
    return not first.startswith(".") and first not in OUTSIDE


def _extract(files: list[Path], language: str, keywords: tuple[str, ...], target: Path) -> Path:
    options = [f"--keyword={keyword}" for keyword in keywords]
    command = ["xgettext", f"--language={language}", "--from-code=UTF-8", "--force-po", *options, "-o", str(target)]
    listed = "\n".join(map(str, files))
    subprocess.run([*command, "--files-from=-"], input=listed, text=True, check=True, stderr=subprocess.DEVNULL)
    header = target.read_text().replace("CHARSET", "UTF-8").replace("nplurals=INTEGER; plural=EXPRESSION", PLURALS)
    target.write_text(header)
    return target


def _compile(template: Path, target: Path) -> None:
    """Each text in brackets. msgfilter runs sed for each; -z, since a text may have lines."""
    english = subprocess.run(["msgen", str(template)], capture_output=True, check=True).stdout
    wrapped = ["msgfilter", "--keep-header", "sed", "-z", "-e", f"s/^/⟦/; s/$/{PADDING}⟧/"]
    written = subprocess.run(
        wrapped, input=english, capture_output=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    subprocess.run(["msgfmt", "-o", str(target), "-"], input=written.stdout, check=True)
