import { assert, assertEquals, assertRejects } from "@std/assert";
import { COMMANDS, loadedCommand } from "../../src/cli/commands.ts";
import * as onDemand from "../../src/cli/on_demand.ts";
import { namedModules } from "../../tasks/compile.ts";
import { deno, ROOT } from "../e2e/program.ts";

Deno.test("every name of a command leads to a command of its own", async () => {
  const commands = await Promise.all(COMMANDS.map(loadedCommand));
  commands.forEach((command, i) => {
    assert(command.help.includes(`bilancio ${COMMANDS[i]?.name} `) || command.help.includes(`${COMMANDS[i]?.name}\n`));
  });
  assertEquals(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
});

Deno.test("a name that leads to no command says which module lacks it", async () => {
  await assertRejects(
    () => loadedCommand({ name: "version", summary: "", module: "./version.ts", member: "VERSION" }),
    TypeError,
    './version.ts exports no command VERSION, which is to be "version"',
  );
});

Deno.test("what is loaded on demand is what its type says", async () => {
  const text = Deno.readTextFileSync(`${ROOT}src/cli/on_demand.ts`);
  const functions = [
    ...text.matchAll(
      /function (\w+)\(\): Promise<typeof import\("([^"]+)"\)> {\n {2}return import\(ON_DEMAND\.(\w+)\);/g,
    ),
  ];
  const { ON_DEMAND, ...loaders } = onDemand;
  assertEquals(functions.length, Object.keys(loaders).length);
  assertEquals(
    Object.fromEntries(functions.map(([, name = "", path]) => [name, path])),
    Object.fromEntries(Object.entries(ON_DEMAND)),
  );
  assert(functions.every(([, name, , key]) => name === key));
  for (const load of Object.values(loaders)) assert(Object.keys(await load()).length > 0);
});

Deno.test("a compiled program holds every command and what is loaded on demand", () => {
  const modules = namedModules();
  for (const module of modules) assert(Deno.statSync(`${ROOT}${module}`).isFile, module);
  const missing = [...COMMANDS.map(({ module }) => module), ...Object.values(onDemand.ON_DEMAND)].filter((path) =>
    !modules.includes(new URL(path, "file:///src/cli/").pathname.slice(1))
  );
  assertEquals(missing, []);
});

/** The files that Deno opens to start the program: those of the graph that it knows before it runs anything. */
Deno.test("to show its help the program reads no module of a command, and for a sweep no database", async () => {
  const files = async (module: string): Promise<string[]> => {
    const { out } = await deno(["info", "--json", module]);
    const graph: {
      readonly modules: readonly { readonly specifier: string; readonly dependencies?: readonly Dependency[] }[];
    } = JSON.parse(out);
    return codeOf(graph.modules, new URL(module, `file://${ROOT}`).href);
  };
  const help = await files("src/cli/main.ts");
  assertEquals(help.filter((specifier) => !/\/src\/(?:cli|core)\//.test(specifier)), []);
  assert(help.length < 15, `${help.length} modules`);
  const sweep = await files("src/cli/sweep_ring.ts");
  assert(sweep.some((specifier) => specifier.endsWith("/src/executors/ring_run.ts")));
  assertEquals(sweep.filter((specifier) => /npm:.*(?:duckdb|aws-sdk|postgres|tar-stream)/.test(specifier)), []);
});

interface Dependency {
  readonly code?: { readonly specifier?: string };
}

/** What a module loads or may load, without what it takes types from. */
function codeOf(
  modules: readonly { readonly specifier: string; readonly dependencies?: readonly Dependency[] }[],
  root: string,
): string[] {
  const found = new Set<string>();
  const visit = (specifier: string): void => {
    if (found.has(specifier)) return;
    found.add(specifier);
    const module = modules.find((module) => module.specifier === specifier);
    for (const { code } of module?.dependencies ?? []) if (code?.specifier !== undefined) visit(code.specifier);
  };
  visit(root);
  return [...found];
}
