// Whether two scripts are the same program by acorn's tree: run in a folder whose node_modules holds acorn.
// Takes [before, after], two texts, as JSON on standard input, one pair a line; gives one JSON object a line:
// {goal} of the first ("module", "script"; null if it is neither) and {difference}: null, or where the second differs.
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const acorn = createRequire(join(process.cwd(), "node_modules", "x.js"))("acorn");
const PLACES = new Set(["start", "end", "loc", "range", "raw"]);

function parsed(source, sourceType) {
  return acorn.parse(source, {
    ecmaVersion: "latest", sourceType, allowHashBang: true, allowReturnOutsideFunction: true,
  });
}

/** The path to the first node in which two trees differ, positions and spelling of literals aside; null if none. */
function difference(before, after) {
  const pending = [[before, after, "program"]];
  while (pending.length) {
    const [one, other, path] = pending.pop();
    if (one === other || (typeof one === "number" && Object.is(one, other))) continue;
    if (typeof one === "bigint" || one === null || other === null || typeof one !== "object" || typeof other !== "object") {
      return path;
    }
    if (one instanceof RegExp && other instanceof RegExp) {
      if (String(one) !== String(other)) return path;
      continue;
    }
    const names = Object.keys(one);
    if (names.length !== Object.keys(other).length) return path;
    for (const name of names) {
      // The spelling of a template counts: it is what a tag sees. Elsewhere `value` says what counts.
      if (PLACES.has(name) && !(name === "raw" && "cooked" in one)) continue;
      pending.push([one[name], other[name], `${path}.${name}`]);
    }
  }
  return null;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [before, after] = JSON.parse(line);
  const answer = { goal: null, difference: null };
  let tree;
  for (const sourceType of ["module", "script"]) {
    try {
      tree = parsed(before, sourceType);
      answer.goal = sourceType;
      break;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  if (tree) {
    try {
      answer.difference = difference(tree, parsed(after, answer.goal));
    } catch (error) {
      answer.difference = `does not parse: ${error.message}`;
    }
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
