/**
 * Follows every import of the program and proves that the layers point one way and that the engines touch nothing
 * outside themselves.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/**
 * From the inside to the outside: a folder imports from itself and from layers before its own. The models stand side by
 * side and know nothing of each other.
 */
const LAYERS = [
  ["core"],
  ["ring", "payments"],
  ["experiments"],
  ["stores"],
  ["configuration"],
  ["reports"],
  ["jobs"],
  ["sync"],
  ["executors"],
  ["cli"],
];

/** What runs inside a simulation: the core and the models. */
const ENGINES: readonly string[] = LAYERS.slice(0, 2).flat();

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** `import type`: nothing is loaded for it. */
  readonly typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  const files: string[] = [];
  for (const entry of Deno.readDirSync(new URL(`${folder}/`, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...sourceFiles(path));
    else if (/\.tsx?$/.test(entry.name)) files.push(path);
  }
  return files.sort();
}

function textOf(file: string): string {
  return Deno.readTextFileSync(new URL(file, ROOT));
}

/** The text without comments, in which examples may say anything. Strings that hold `//` are kept whole. */
function withoutComments(text: string): string {
  const token = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, (found) => found.startsWith("/") ? "" : found);
}

/** Static imports, re-exports, dynamic imports, the modules of commands, and those that workers are made from. */
function importsOf(file: string): Import[] {
  const text = withoutComments(textOf(file));
  const forms = [
    /(?:^|[;\n}])\s*(?:import|export)\s+(type\s)?[^"';]*?\bfrom\s*"([^"]+)"/g,
    /(?:^|[;\n])\s*import\s*()"([^"]+)"/g,
    /\bimport\(\s*()"([^"]+)"/g,
    /\bmodule:\s*()"(\.[^"]+\.ts)"/g,
    /\bnew URL\(\s*()"([^"]+\.ts)"\s*,\s*import\.meta\.url/g,
  ];
  return forms.flatMap((form) =>
    [...text.matchAll(form)].map(([, type, specifier = ""]) => ({
      file,
      specifier,
      typeOnly: type !== undefined && type !== "",
    }))
  );
}

function layerOf(file: string): string | undefined {
  return /^src\/([^/]+)\//.exec(file)?.[1];
}

/** How far out a file stands; -1 for one that belongs nowhere. */
function levelOf(file: string): number {
  return LAYERS.findIndex((folders) => folders.includes(layerOf(file) ?? ""));
}

/** The file that a relative import names. */
function target({ file, specifier }: Pick<Import, "file" | "specifier">): string {
  const url = new URL(specifier, new URL(file, ROOT));
  return url.href.slice(ROOT.href.length);
}

const FILES = sourceFiles("src");
const IMPORTS = FILES.flatMap(importsOf);

Deno.test("every import is found: static, dynamic, re-exported, and of workers", () => {
  assert(FILES.length > 20, "the sources are where they are expected");
  assert(IMPORTS.some((found) => found.file === "src/cli/commands.ts" && found.specifier === "./run.ts"));
  assert(IMPORTS.some((found) => found.file === "src/core/event_log.ts" && found.specifier === "./decimal.ts"));
});

Deno.test("every source file belongs to a layer", () => {
  assertEquals(FILES.filter((file) => levelOf(file) < 0), []);
});

Deno.test("arrows point one way: core <- ring, payments <- experiments <- stores <- configuration <- reports <- jobs <- sync <- executors <- cli", () => {
  // Migrations are text, which belongs to no layer.
  const modules = IMPORTS.filter(({ specifier }) => specifier.startsWith(".") && !specifier.endsWith(".sql"));
  const wrong = modules.filter((found) => {
    const other = target(found);
    if (layerOf(other) === layerOf(found.file)) return false;
    return levelOf(other) < 0 || levelOf(other) >= levelOf(found.file);
  });
  assertEquals(wrong.map((found) => `${found.file} imports ${found.specifier}`), []);
});

Deno.test("no two files import each other in a circle", () => {
  const imports = new Map<string, string[]>();
  for (const found of IMPORTS) {
    if (found.typeOnly || !found.specifier.startsWith(".")) continue;
    imports.set(found.file, [...imports.get(found.file) ?? [], target(found)]);
  }
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (done.has(file) || path.includes(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
  assertEquals(circles, []);
});

/** What an engine may import besides relative paths. */
const ENGINE_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "zod": ["src/ring/scenario/", "src/ring/generator/", "src/payments/scenario/"],
  "@std/yaml": ["src/core/yaml_text.ts"],
  "@std/csv": ["src/core/csv_text.ts"],
  "node:crypto": ["src/core/hash.ts"],
};

Deno.test("core and the models import nothing from outside but the few packages that they may", () => {
  const wrong = IMPORTS.filter((found) =>
    ENGINES.includes(layerOf(found.file) ?? "") && !found.specifier.startsWith(".") &&
    !(ENGINE_IMPORTS[found.specifier] ?? []).some((place) => found.file.startsWith(place))
  );
  assertEquals(wrong.map((found) => `${found.file} imports ${found.specifier}`), []);
});

/** The code without the text of its strings. */
function withoutStrings(text: string): string {
  return withoutComments(text).replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, '""');
}

/** What reaches the world: the system, the clock, chance, the network, other threads. */
const OUTSIDE =
  /\b(?:Deno\s*[.[]|globalThis\b|process\s*\.|performance\b|Date\s*[.(]|new Date\b|Math\s*\.\s*random|crypto\s*\.|fetch\s*\(|WebSocket\b|new Worker\b|navigator\b|localStorage\b|sessionStorage\b|setTimeout\b|setInterval\b|queueMicrotask\b|console\s*\.|eval\s*\(|new Function\b|Intl\b|toLocale)/;

Deno.test("core and the models touch no file, clock, environment, network, chance or locale", () => {
  const wrong: string[] = [];
  for (const file of FILES.filter((file) => ENGINES.includes(layerOf(file) ?? ""))) {
    withoutStrings(textOf(file)).split("\n").forEach((line) => {
      if (OUTSIDE.test(line)) wrong.push(`${file}: ${line.trim()}`);
    });
  }
  assertEquals(wrong, []);
});

Deno.test("packages are named in deno.json alone", () => {
  const wrong = IMPORTS.filter(({ specifier }) => /^(?:npm|jsr|https?):/.test(specifier));
  assertEquals(wrong.map((found) => `${found.file} imports ${found.specifier}`), []);
});

/** What is loaded together with a file, and the packages among it; what comes later, on demand, is not followed. */
function loadedWith(entry: string): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    const text = withoutComments(textOf(file));
    for (const match of text.matchAll(/(?:^|\n)(?:import|export)\s(?!type\b)[^"';]*?\bfrom\s*"([^"]+)"/g)) {
      const found = { file, specifier: match[1] ?? "" };
      if (!found.specifier.startsWith(".")) packages.add(found.specifier);
      else if (!found.specifier.endsWith(".sql")) visit(target(found));
    }
  };
  visit(entry);
  return { files, packages };
}

Deno.test("main.ts loads no command, no package and no model before it knows what is asked", () => {
  const { files, packages } = loadedWith("src/cli/main.ts");
  assertEquals([...packages], []);
  assertEquals([...files].filter((file) => /^src\/(?!cli\/|core\/(?:errors|nearest)\.ts)/.test(file)), []);
});

Deno.test("mod.ts loads schemas and YAML, but no database, no object storage and no archives before they are used", () => {
  const { files, packages } = loadedWith("mod.ts");
  assert(files.has("src/stores/postgres/connection.ts") && files.has("src/stores/s3/objects.ts"));
  assertEquals([...packages].sort(), ["@std/yaml", "node:crypto", "zod"]);
});
