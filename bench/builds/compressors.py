"""The compressors alone: `compressors.py RELEASE`. What of a release is compressed, by the same calls; no more: what
several files have in common is compressed once.

One process for each processor, the longest files first. The last line printed is the processor time of the calls alone,
without start and reading, and the wall time of all.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time

from assetbuild.compressing.encoders import ENCODERS, is_encoded


def files(release: str) -> list[str]:
    with open(os.path.join(release, "manifest.json"), "rb") as stream:
        entries = json.load(stream)["assets"].values()
    named = [entry for entry in entries if is_encoded(entry["file"], entry["size"], "plain")]
    different = {entry["integrity"]: (entry["size"], entry["file"]) for entry in named}.values()
    return [os.path.join(release, "public", file) for _, file in sorted(different, reverse=True)]


def compress(path: str) -> float:
    with open(path, "rb") as stream:
        data = stream.read()
    began = time.process_time()
    for name in ("br", "gzip"):
        ENCODERS[name].encode(data)
    return time.process_time() - began


if __name__ == "__main__":
    all_of_them = files(sys.argv[1])
    began = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        cpu = sum(pool.imap_unordered(compress, all_of_them))
    print(json.dumps({"cpu": cpu, "wall": time.perf_counter() - began}))
