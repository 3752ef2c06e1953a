"""What there is to count of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assetbuild.build import Made
    from assetbuild.commit import Committed
    from assetbuild.encode import EncodeResult


def summary_of(made: Made, encoded: EncodeResult, committed: Committed) -> dict[str, Any]:
    """The numbers of a finished build, as `assetbuild build --format json` gives them, but for the time it took."""
    linked = [asset for asset in made.linked.linked if asset.publication != "private"]
    sizes: dict[str, int] = {}
    for variants in encoded.variants.values():
        for variant in variants:
            sizes[variant.encoding] = sizes.get(variant.encoding, 0) + variant.content.size
    used = {part.source.path: part.source.size for job in made.plan.jobs for part in job.parts}
    renamed = committed.renamed
    following = sum(bool(causes) for causes in renamed.values())
    return {
        "assets": len(linked),
        "source_bytes": sum(used.values()),
        "bytes": sum(asset.content.size for asset in linked),
        "encoded_assets": len(encoded.variants),
        "encoded_bytes": dict(sorted(sizes.items())),
        "compiled": {"ran": made.compiled.ran, "cached": made.compiled.cached},
        "compressed": {"ran": encoded.ran, "cached": encoded.cached},
        "renamed": {"edited": len(renamed) - following, "following": following},
        "files_written": committed.written,
        "files_unchanged": committed.unchanged,
        "warnings": sum(one.severity == "warning" for one in made.diagnostics),
    }
