"""The Sass compiler alone: `sass_alone.py ENTRY`. It prints the cost of the one call, without start and import."""

from __future__ import annotations

import json
import sys
import time

import sass

cpu, wall = time.process_time(), time.perf_counter()
sass.compile(filename=sys.argv[1], precision=10, source_map_filename=f"{sys.argv[1]}.map", output_style="expanded")
print(json.dumps({"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}))
