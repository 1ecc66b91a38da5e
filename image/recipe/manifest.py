"""What is in the image: every package with its version and the hash it was fetched by.

Two builds that differ differ in here, and a flaw announced somewhere can be looked up here. One list for people (tabs,
one package a line) and one for machines: a bill of materials in CycloneDX 1.6 (ECMA-424), as JSON.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from image.recipe.base import STALE_BASE, stanzas
from image.recipe.program import locked
from image.recipe.steps import BuildError

NAMESPACE = UUID("d34a4e6c-0f0b-4c5e-9a52-48414e310000")


@dataclass(frozen=True, slots=True)
class Package:
    """`kind` is deb or pypi; `sha256` of the file as it was fetched."""

    kind: str
    name: str
    version: str
    architecture: str
    sha256: str

    @property
    def purl(self) -> str:
        """The package URL (ECMA-427)."""
        if self.kind == "deb":
            return (
                f"pkg:deb/debian/{self.name}@{self.version.replace('+', '%2B')}?arch={self.architecture}&distro=trixie"
            )
        return f"pkg:pypi/{self.name}@{self.version}"


def list_packages(status: Path, offered: Path) -> list[Package]:
    """Return the packages in dpkg's status file, with hashes from what the archive offered, and Python's.

    Raises BuildError where a package has no hash.
    """
    hashes = {
        (one["Package"], one["Version"], one["Architecture"]): one["SHA256"]
        for one in stanzas(offered.read_text(encoding="utf-8"))
    }
    found = []
    for one in stanzas(status.read_text(encoding="utf-8")):
        which = one["Package"], one["Version"], one["Architecture"]
        if which not in hashes:
            raise BuildError(
                f"{one['Package']} {one['Version']} is in the base, and Debian's archive gave no hash for it",
                STALE_BASE,
            )
        found.append(Package("deb", *which, hashes[which]))
    python = [Package("pypi", name, version, "arm64", sha) for name, (version, sha) in locked().items()]
    return sorted(found, key=lambda one: one.name) + sorted(python, key=lambda one: one.name)


def as_list(found: list[Package]) -> str:
    """Return a line for each package, with tabs between kind, name, version, architecture and hash."""
    lines = (f"{one.kind}\t{one.name}\t{one.version}\t{one.architecture}\t{one.sha256}" for one in found)
    return "\n".join(lines) + "\n"


def as_cyclonedx(found: list[Package], version: str) -> str:
    """Return the bill of materials; the same packages give the same text."""
    return json.dumps(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{uuid5(NAMESPACE, version + as_list(found))}",
            "version": 1,
            "metadata": {"component": {"type": "operating-system", "name": "han-appliance-image", "version": version}},
            "components": [
                {
                    "type": "library",
                    "bom-ref": one.purl,
                    "name": one.name,
                    "version": one.version,
                    "purl": one.purl,
                    "hashes": [{"alg": "SHA-256", "content": one.sha256}],
                }
                for one in found
            ],
        },
        indent=1,
    )
