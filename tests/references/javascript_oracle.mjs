// What acorn and es-module-lexer read in scripts: run in a folder whose node_modules holds both.
// Takes file names on standard input, one a line; gives one JSON object a line. Offsets are bytes.
import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = join(process.cwd(), "node_modules");
const acorn = createRequire(join(modules, "x.js"))("acorn");
const lexer = await import(pathToFileURL(join(modules, "es-module-lexer/dist/lexer.minimal.js")));
await lexer.init();

const GLOBAL_OBJECTS = ["window", "globalThis", "self"];

/** The syntax tree, literals as written, and references; undefined if it is neither module nor script. */
function parsed(source) {
  for (const sourceType of ["module", "script"]) {
    const tokens = [];
    const comments = [];
    const options = {
      ecmaVersion: "latest", sourceType, onToken: tokens, onComment: comments,
      allowHashBang: true, allowReturnOutsideFunction: true,
    };
    try {
      const tree = acorn.parse(source, options);
      return { goal: sourceType, literals: literals(source, tokens), references: references(source, tree, comments) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}

function literals(source, tokens) {
  const { string, template, invalidTemplate, regexp } = acorn.tokTypes;
  const found = [];
  for (const { type, start, end } of tokens) {
    if (type === string || type === regexp) {
      found.push(source.slice(start, end));
    } else if (type === template || type === invalidTemplate) {
      found.push(source.slice(start - 1, end + (source[end] === "`" ? 1 : 2)));
    }
  }
  return found;
}

function references(source, tree, comments) {
  const byStart = new Map();
  const add = (node, kind) => {
    const value = written(node);
    const start = node.start + 1;
    if (value !== undefined && !byStart.has(start)) byStart.set(start, [kind, start, node.end - 1, value]);
  };
  walk(tree, (node, parent, key) => {
    const { type } = node;
    if (type === "ImportExpression") add(node.source, "dynamic-import");
    else if (type === "NewExpression" && isURL(node.callee) && isMetaURL(node.arguments)) add(node.arguments[0], "asset");
    else if (type === "Literal" || type === "TemplateLiteral") {
      const tagged = parent.type === "TaggedTemplateExpression" && key === "quasi";
      if (tagged || !source.startsWith("asset", node.start + 1)) return;
      if (source.startsWith("-data:", node.start + 6)) add(node, "inline");
      else if (source[node.start + 6] === ":" && !source.startsWith("//", node.start + 7)) add(node, "bound");
    } else if (node.source && type.endsWith("Declaration")) add(node.source, "import");
  });
  const maps = comments.map((each) => [each, /^[@#]\s*sourceMappingURL=(\S*?)\s*$/.exec(each.value)]).filter((each) => each[1]?.[1]);
  if (maps.length) {
    const [comment, match] = maps.at(-1);
    const start = comment.start + 2 + comment.value.indexOf("=") + 1;
    byStart.set(start, ["source-map", start, start + match[1].length, match[1]]);
  }
  return [...byStart.values()].sort((one, other) => one[1] - other[1]);
}

/** The value of a string, or of a template without substitutions. */
function written(node) {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0].value.cooked ?? undefined;
}

function isURL(node) {
  if (node.type === "Identifier") return node.name === "URL";
  return node.type === "MemberExpression" && !node.computed && node.property.name === "URL" && GLOBAL_OBJECTS.includes(node.object.name);
}

function isMetaURL(values) {
  const node = values[1];
  return values.length === 2 && node.type === "MemberExpression" && !node.computed && node.property.name === "url"
    && node.object.type === "MetaProperty" && node.object.meta.name === "import";
}

function walk(root, visit) {
  const pending = [[root, root, ""]];
  while (pending.length) {
    const [node, parent, key] = pending.pop();
    visit(node, parent, key);
    for (const name in node) {
      const value = node[name];
      if (Array.isArray(value)) {
        for (const child of value) if (child?.type) pending.push([child, node, name]);
      } else if (typeof value?.type === "string") pending.push([value, node, name]);
    }
  }
}

/** Static and dynamic imports by es-module-lexer, the URL without its quotes; undefined if it gives up. */
function imports(source) {
  try {
    const found = [];
    for (const { n, s, e, d } of lexer.parse(source)[0]) {
      const quoted = d >= 0 ? 1 : 0;
      if (d !== -2 && n !== undefined) found.push([d >= 0 ? "dynamic-import" : "import", s + quoted, e - quoted, n]);
    }
    return found;
  } catch {}
}

function inBytes(source, encoding, found) {
  let place = 0;
  let bytes = 0;
  for (const each of found ?? []) {
    for (const index of [1, 2]) {
      bytes += Buffer.byteLength(source.slice(place, each[index]), encoding);
      place = each[index];
      each[index] = bytes;
    }
  }
}

for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const data = readFileSync(file);
  const encoding = isUtf8(data) ? "utf8" : "latin1";
  const source = data.toString(encoding);
  const result = { file, encoding, imports: imports(source), ...parsed(source) };
  inBytes(source, encoding, result.imports);
  inBytes(source, encoding, result.references);
  process.stdout.write(JSON.stringify(result) + "\n");
}
