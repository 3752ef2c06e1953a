"""collectstatic that says what it does with a release. Without it Django's own does the same, through the storage."""

from __future__ import annotations

from collections import defaultdict

from django.contrib.staticfiles.management.commands import collectstatic
from django.core.management.base import CommandError

from assetbuild.runtime.django.collecting import collect_release
from assetbuild.runtime.django.storage import ReleaseStorage
from assetbuild.runtime.errors import ManifestError


class Command(collectstatic.Command):
    """With a ReleaseStorage copies, or links, the release to STATIC_ROOT as it is; with any other, as Django does."""

    def collect(self) -> dict[str, list[str]]:
        """What was copied and what was there already, as names of files. Raises CommandError."""
        if not isinstance(self.storage, ReleaseStorage):
            by_django: dict[str, list[str]] = super().collect()
            return by_django
        if self.clear:
            self.clear_dir("")
        # Which kinds Django counts, and which of them it keeps a list of, depends on its version.
        collected: dict[str, list[str]] = defaultdict(list, deleted=getattr(self, "deleted_files", []))
        try:
            for file in collect_release(self.storage, link=self.symlink, dry_run=self.dry_run):
                is_new = file.is_new or (self.clear and self.dry_run)
                collected["modified" if is_new else "unmodified"].append(file.name)
                self._tell(file.name, is_new)
        except ManifestError as error:
            raise CommandError(str(error)) from None
        return collected

    def _tell(self, name: str, is_new: bool) -> None:
        if not is_new:
            self.log(f"Skipping '{name}' (not modified)", level=2)
        elif self.dry_run:
            self.log(f"Pretending to {'link' if self.symlink else 'copy'} '{name}'", level=1)
        else:
            self.log(f"{'Linking' if self.symlink else 'Copying'} '{name}'", level=2)
