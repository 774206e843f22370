/**
 * Runs every notebook with the Deno kernel, as `jupyter nbconvert --execute` does it, and looks at what the cells show.
 * Nothing is installed: Jupyter has to be there (Debian: jupyter-nbconvert), the kernel is described in a folder of the
 * test's own, and the notebook runs beside a copy of the checkout, whose `out/` it may fill.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readable } from "../reports/readable.ts";
import { csvRecords } from "../../src/core/csv_records.ts";
import { openPostgres } from "../../src/stores/postgres/connection.ts";
import { openS3, type S3Options } from "../../src/stores/s3/connection.ts";
import { startPostgres } from "../support/postgres.ts";
import { startS3 } from "../support/s3.ts";
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

/** Environment variables by name. */
type Variables = Readonly<Record<string, string>>;

/** Where Deno keeps packages, for a kernel with a home of its own. */
function denoDirectory(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/**
 * The environment of a Jupyter that knows one kernel, this Deno, and keeps its files in `folder`. Notebooks see no
 * settings of whoever runs the tests.
 */
function environment(folder: Folder): Variables {
  Deno.mkdirSync(`${folder.path}/jupyter/kernels/deno`, { recursive: true });
  folder.write(
    "jupyter/kernels/deno/kernel.json",
    JSON.stringify({
      argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
      env: { HOME: folder.path, DENO_DIR: denoDirectory() },
    }),
  );
  const places = { JUPYTER_DATA_DIR: "", JUPYTER_CONFIG_DIR: "/config", JUPYTER_RUNTIME_DIR: "/runtime" };
  return {
    ...Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("BILANCIO_"))),
    ...Object.fromEntries(Object.entries(places).map(([name, place]) => [name, `${folder.path}/jupyter${place}`])),
    IPYTHONDIR: `${folder.path}/ipython`,
    NO_COLOR: "1",
  };
}

/** A checkout in which nothing of the real one can be changed but through a link that nobody writes to. */
function checkout(folder: Folder): void {
  Deno.mkdirSync(`${folder.path}/notebooks`);
  for (const name of ["mod.ts", "src", "std", "examples", "migrations"]) {
    Deno.symlinkSync(`${ROOT}/${name}`, `${folder.path}/${name}`);
  }
  for (const name of ["deno.json", "deno.lock"]) Deno.copyFileSync(`${ROOT}/${name}`, `${folder.path}/${name}`);
}

/** The notebook with the outputs of a run. */
async function executed(name: string, variables: Variables): Promise<Notebook> {
  using folder = new Folder();
  checkout(folder);
  Deno.copyFileSync(`${ROOT}/notebooks/${name}`, `${folder.path}/notebooks/${name}`);
  const { code, stderr } = await new Deno.Command("jupyter-nbconvert", {
    args: [
      ...["--to", "notebook", "--execute", "--allow-errors", "--ExecutePreprocessor.timeout=120"],
      ...["--output", "run.ipynb", name],
    ],
    cwd: `${folder.path}/notebooks`,
    env: { ...environment(folder), ...variables },
    clearEnv: true,
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
async function completeRun(name: string, variables: Variables = {}): Promise<Notebook> {
  for (let attempt = 1;; attempt++) {
    const run = await executed(name, variables);
    shown(run);
    if (attempt === 3) assertEquals(silent(run), []);
    if (silent(run).length === 0) return run;
  }
}

/** All that the cells of a {@linkcode completeRun} show. */
async function outputsOf(name: string): Promise<string> {
  return shown(await completeRun(name));
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

const PASSWORD = "sehr/geheim-1763";

/** The settings of a storage, as a user sets them. */
function storageVariables(
  { endpoint = "", region, bucket, prefix, accessKeyId, secretAccessKey }: S3Options,
): Variables {
  return {
    BILANCIO_S3_ENDPOINT: endpoint,
    BILANCIO_S3_REGION: region,
    BILANCIO_S3_BUCKET: bucket,
    ...(prefix === undefined ? {} : { BILANCIO_S3_PREFIX: prefix }),
    BILANCIO_S3_ACCESS_KEY_ID: accessKeyId,
    BILANCIO_S3_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

withJupyter(
  "the third notebook gets the same rows from files and from Postgres, and an artifact from object storage",
  async () => {
    await using server = await startPostgres();
    await using database = await server.createDatabase();
    await using s3 = await startS3();
    // The server takes any password; here it stands for one that must not be seen.
    const url = server.urlOf(database, "postgres", PASSWORD);
    const run = await completeRun("03_registry.ipynb", {
      BILANCIO_DATABASE_URL: url,
      ...storageVariables(s3.options),
    });
    const text = shown(run);
    assertStringIncludes(text, "The first 5 of 75 rows.");
    assertStringIncludes(text, "<title>Not paid on time, by cash per debt</title>");
    assertStringIncludes(text, "<title>concentration 0.5, kappa 0.25: ");
    assertStringIncludes(text, `Ready: the database ${new URL(url).pathname.slice(1)} on 127.0.0.1`);
    assertStringIncludes(text, "75 runs added, 0 changed");
    const compared = [...text.matchAll(/<tr><td>([^<]+)<td>(\d+)<td>(\d+)<td>(true|false)/g)].map(([, ...row]) => row);
    assertEquals(compared, [
      ["more equal debts, \u03ba from 0.5 to 2", "15", "15", "true"],
      ["\u03bc = 0.5, at least a third not paid on time", "12", "12", "true"],
      ["everything was paid on time", "10", "10", "true"],
      ["no such run", "0", "0", "true"],
    ]);
    assertStringIncludes(text, '<th scope="col">mean delta</th>');
    assertEquals([...text.matchAll(/<tr><td>[\d.]+<td>15<td>0\.\d+/g)].length, 5);

    const [, size, key = ""] = /(\d+) bytes of (notebook-registry\/runs\/\S+\/metrics\.csv) from s3:/.exec(text) ?? [];
    await using storage = openS3(s3.options);
    const artifact = await storage.readObject(key);
    assertEquals(String(artifact.length), size);
    const [header = [], first = []] = csvRecords(new TextDecoder().decode(artifact));
    const [day = NaN, dues = NaN] = ["day", "S_t"].map((column) => Number(first[header.indexOf(column)]));
    assertStringIncludes(text, `<tr><td>${day}<td>${Number(dues.toFixed(6))}<td>`);

    await using connection = openPostgres({ url });
    const kept = "SELECT name, count(*) AS runs FROM sweeps JOIN run_registry USING (sweep_id) GROUP BY name";
    assertEquals(await connection.rows(kept), [{ name: "notebook-registry", runs: 75 }]);

    const whole = JSON.stringify(run);
    const { accessKeyId, secretAccessKey } = s3.options;
    for (const secret of [url, PASSWORD, encodeURIComponent(PASSWORD), accessKeyId, secretAccessKey, "X-Amz-"]) {
      assertEquals(whole.includes(secret), false, "a secret is in the executed notebook");
    }
  },
);

withJupyter("the third notebook works on files where no cloud is configured, and says what to set", async () => {
  const text = await outputsOf("03_registry.ipynb");
  assertStringIncludes(text, "No database is configured (BILANCIO_DATABASE_URL)");
  assertEquals(text.split("Skipped: no database is configured.").length - 1, 3);
  assertStringIncludes(text, "<td>no such run<td>0");
  assert(/\d+ bytes of runs\/\S+\/metrics\.csv from the files/.test(text), text.slice(-2000));
  assertStringIncludes(text, '<th scope="col">phi_t</th>');
});

withJupyter("the third notebook shows no secret of a setting that is wrong", async () => {
  const run = await executed("03_registry.ipynb", { BILANCIO_DATABASE_URL: `postgres:/me:${PASSWORD}@host/database` });
  const failures = codeCells(run).flatMap(({ outputs = [] }) => outputs.flatMap(({ evalue }) => evalue ?? []));
  assertStringIncludes(failures[0] ?? "", "BILANCIO_DATABASE_URL expects an address such as");
  assertEquals(JSON.stringify(run).includes(PASSWORD), false);
});

withJupyter(
  "the fourth notebook records runs of both models, asks one question of them and writes Parquet",
  async () => {
    const text = await outputsOf("04_recorded_simulations.ipynb");
    assertStringIncludes(text, "settled: 82.4 % of the payments");
    assertStringIncludes(text, "<tr><td>five banks<td>payments<td>5<td>312<td>257");
    assertStringIncludes(text, "<tr><td>ring, κ = 2<td>ring<td>21<td>20<td>19");
    // The shares of the one question agree with the figures of each run: 257 of 312, and 19 of 20.
    assertStringIncludes(text, "<tr><td>five banks<td>0.823718<tr>");
    assertStringIncludes(text, "<tr><td>ring, κ = 2<td>0.95");
    for (const chart of ["Promises kept over time", "Five banks, tick by tick"]) {
      assertStringIncludes(text, `<title>${chart}</title>`);
    }
    assertStringIncludes(text, "<title>ring, κ = 0.5, time 1: 0.55</title>");
    assert(/(\d+) events written, \1 in the file/.test(text), text.slice(-300));
  },
);
