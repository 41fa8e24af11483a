"""The running account of an import."""

from __future__ import annotations

from dataclasses import dataclass, field

from rmos_console.core.records.report import Conflict, ImportReport, Refusal


@dataclass(slots=True)
class Account:
    """Counts every record once; what was refused is counted among the found, so that the sum always holds."""

    imported: int = 0
    updated: int = 0
    already_present: int = 0
    advisories: int = 0
    new_conflicts: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    layouts: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether there is anything to write down: a conflict is told once, when its bytes are first kept."""
        return bool(self.imported or self.updated or self.advisories or self.new_conflicts)

    def refuse(self, source: str, reason: str) -> None:
        """Count a record that was not taken."""
        self.refused.append(Refusal(source=source, reason=reason))

    def report(self, *, dry_run: bool) -> ImportReport:
        """Return the account as the report that is shown."""
        known = self.imported + self.updated + self.already_present
        return ImportReport(
            found=known + len(self.conflicts) + len(self.refused),
            imported=self.imported,
            updated=self.updated,
            already_present=self.already_present,
            conflicts=tuple(self.conflicts),
            refused=tuple(self.refused),
            ignored=tuple(self.ignored),
            advisories=self.advisories,
            warnings=tuple(self.warnings),
            dry_run=dry_run,
        )

    def counts(self) -> dict[str, int]:
        """Return the numbers that the ledger keeps of an import."""
        return {
            "imported": self.imported,
            "updated": self.updated,
            "already_present": self.already_present,
            "conflicts": len(self.conflicts),
            "refused": len(self.refused),
        }
