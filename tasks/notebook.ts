/**
 * Opens the notebooks: `deno task notebook`. Makes this Deno known to Jupyter as a kernel, then starts JupyterLab, or the
 * older Jupyter Notebook, in `notebooks/`. Arguments go to Jupyter.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

const folder = fromFileUrl(new URL("../notebooks/", import.meta.url));

/** Whether a command can be run and says its version. */
async function has(program: string, ...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The front ends, the newest first. */
const FRONT_ENDS = ["lab", "notebook"];

async function frontEnd(): Promise<string | null> {
  for (const name of FRONT_ENDS) if (await has("jupyter", name, "--version")) return name;
  return null;
}

const found = await frontEnd();
if (found === null) {
  console.error(`Jupyter is not installed. One of these brings it:
  pip install jupyterlab
  apt-get install jupyter-notebook
An editor such as Visual Studio Code with its Jupyter extension opens notebooks/ too. See docs/notebooks.md.`);
  Deno.exit(1);
}
const kernel = new Deno.Command(Deno.execPath(), { args: ["jupyter", "--install", "--force"], cwd: folder });
const installed = await kernel.spawn().status;
if (!installed.success) Deno.exit(installed.code);
const { code } = await new Deno.Command("jupyter", { args: [found, ...Deno.args], cwd: folder }).spawn().status;
Deno.exit(code);
