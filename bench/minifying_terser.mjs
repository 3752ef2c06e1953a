// terser as a service for bench/minifying.py: run in a folder whose node_modules holds it. One JSON [code, options] a line
// in; one {code, seconds} a line out, seconds of CPU time for minify alone.
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const { minify } = createRequire(join(process.cwd(), "node_modules", "x.js"))("terser");

for await (const line of createInterface({ input: process.stdin })) {
  const [source, options] = JSON.parse(line);
  const before = process.cpuUsage();
  const { code } = await minify(source, options);
  const used = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ code, seconds: (used.user + used.system) / 1e6 }) + "\n");
}
