/**
 * Runs every notebook with the Deno kernel, as `jupyter nbconvert --execute` does it, and looks at what the cells show.
 * Nothing is installed: Jupyter has to be there (Debian: jupyter-nbconvert), the kernel is described in a folder of the
 * test's own, and the notebook runs beside a copy of the checkout, whose `out/` it may fill.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readable } from "../reports/readable.ts";
import { Folder, ROOT } from "./program.ts";

interface Output {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
  readonly ename?: string;
  readonly evalue?: string;
}

interface Cell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly outputs?: readonly Output[];
  readonly execution_count?: number | null;
}

interface Notebook {
  readonly nbformat: number;
  readonly metadata: { readonly kernelspec: { readonly name: string } };
  readonly cells: readonly Cell[];
}

const NAMES = [...Deno.readDirSync(`${ROOT}/notebooks`)].map(({ name }) => name).filter((name) =>
  name.endsWith(".ipynb")
).sort();

const joined = (text: string | readonly string[]) => typeof text === "string" ? text : text.join("");

function notebook(path: string): Notebook {
  return JSON.parse(Deno.readTextFileSync(path));
}

const codeCells = ({ cells }: Notebook) => cells.filter(({ cell_type }) => cell_type === "code");

/** The environment of a Jupyter that knows one kernel, this Deno, and keeps its files in `folder`. */
function environment(folder: Folder): Record<string, string> {
  Deno.mkdirSync(`${folder.path}/jupyter/kernels/deno`, { recursive: true });
  folder.write(
    "jupyter/kernels/deno/kernel.json",
    JSON.stringify({
      argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
    }),
  );
  const places = { JUPYTER_DATA_DIR: "", JUPYTER_CONFIG_DIR: "/config", JUPYTER_RUNTIME_DIR: "/runtime" };
  return {
    ...Object.fromEntries(Object.entries(places).map(([name, place]) => [name, `${folder.path}/jupyter${place}`])),
    IPYTHONDIR: `${folder.path}/ipython`,
    NO_COLOR: "1",
  };
}

/** A checkout in which nothing of the real one can be changed but through a link that nobody writes to. */
function checkout(folder: Folder): void {
  Deno.mkdirSync(`${folder.path}/notebooks`);
  for (const name of ["mod.ts", "src", "std", "examples"]) {
    Deno.symlinkSync(`${ROOT}/${name}`, `${folder.path}/${name}`);
  }
  for (const name of ["deno.json", "deno.lock"]) Deno.copyFileSync(`${ROOT}/${name}`, `${folder.path}/${name}`);
}

/** The notebook with the outputs of a run. */
async function executed(name: string): Promise<Notebook> {
  using folder = new Folder();
  checkout(folder);
  Deno.copyFileSync(`${ROOT}/notebooks/${name}`, `${folder.path}/notebooks/${name}`);
  const { code, stderr } = await new Deno.Command("jupyter-nbconvert", {
    args: [
      ...["--to", "notebook", "--execute", "--allow-errors", "--ExecutePreprocessor.timeout=120"],
      ...["--output", "run.ipynb", name],
    ],
    cwd: `${folder.path}/notebooks`,
    env: environment(folder),
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return notebook(`${folder.path}/notebooks/run.ipynb`);
}

/** Code cells that show something, and of which nothing arrived. */
function silent(run: Notebook): string[] {
  return codeCells(run).filter(({ source, outputs = [] }) => joined(source).includes("show(") && outputs.length === 0)
    .map(({ source }) => joined(source));
}

/** All that the cells show, as HTML or as text; fails at the first error. */
function shown(run: Notebook): string {
  let text = "";
  for (const { source, outputs = [] } of codeCells(run)) {
    for (const { output_type, data = {}, ename, evalue } of outputs) {
      assert(output_type !== "error", `${ename}: ${evalue}\nin ${joined(source)}`);
      text += joined(data["text/html"] ?? data["text/plain"] ?? "");
    }
  }
  return readable(text);
}

/**
 * Runs a notebook until every cell that shows something has shown it. The kernel sends outputs and the end of a cell
 * side by side, and nbconvert drops what comes after the end; `show` waits for its output, which a machine under full
 * load can still overtake. An error fails at once.
 */
async function outputsOf(name: string): Promise<string> {
  for (let attempt = 1;; attempt++) {
    const run = await executed(name);
    const text = shown(run);
    if (attempt === 3) assertEquals(silent(run), []);
    if (silent(run).length === 0) return text;
  }
}

function hasJupyter(): boolean {
  try {
    return new Deno.Command("jupyter-nbconvert", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

const IGNORE = Deno.build.os === "windows" || !hasJupyter();

function withJupyter(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: IGNORE ? `${name} (no Jupyter: install jupyter-nbconvert)` : name, ignore: IGNORE, fn });
}

Deno.test("notebooks are committed without outputs, for the Deno kernel, and import mod.ts alone", () => {
  assert(NAMES.length >= 2);
  for (const name of NAMES) {
    const { nbformat, metadata, ...rest } = notebook(`${ROOT}/notebooks/${name}`);
    assertEquals([nbformat, metadata.kernelspec.name], [4, "deno"], name);
    for (const { source, outputs, execution_count } of codeCells({ nbformat, metadata, ...rest })) {
      assertEquals([outputs, execution_count], [[], null], name);
      for (const [, from] of joined(source).matchAll(/from "([^"]+)"/g)) assertEquals(from, "../mod.ts", name);
    }
  }
});

withJupyter("the first notebook runs one ring and shows it from all sides", async () => {
  const text = await outputsOf("01_first_run.ipynb");
  assertStringIncludes(text, "stable after 2 days");
  for (const chart of ["Network of obligations", "Money before and after"]) assertStringIncludes(text, chart);
  assertStringIncludes(text, '<th scope="col">phi_t</th>');
  assertStringIncludes(text, 'Smelter <span class="soft">F1</span> <small class="bad">in default</small>');
  assertStringIncludes(text, "The first 12 of 22 rows.");
  assertStringIncludes(text, "<td>AgentDefaulted<td>");
  // Enough cash: everything is paid on time.
  assertStringIncludes(text, "<tr><td>4<td>1<td>0");
});

withJupyter("the second notebook sweeps pairs with live progress, draws the map and lists the trades", async () => {
  const text = await outputsOf("02_paired_sweep.ipynb");
  assertStringIncludes(text, "48 runs, 24 pairs");
  assertStringIncludes(text, '<progress value="48" max="48"');
  assertStringIncludes(text, "<td>standard error, paired<td>");
  assertStringIncludes(text, "<title>Mean trading effect, Mean over all ρ</title>");
  assertStringIncludes(text, '<th scope="col">trading_effect</th>');
  assertStringIncludes(text, "<tr><td>dealer_trade<td>");
});
