/**
 * `bilancio payments experiment list` and `validate`: experiment files (spec 08 12).
 *
 * @module
 */
import { ValidationError } from "../core/errors.ts";
import type { ExperimentSettings } from "../experiments/payments/settings.ts";
import { type Command, commandOf } from "./command.ts";
import { FAILED } from "./errors.ts";
import { type CommandShape, type FlagValues, onOff } from "./flags.ts";
import { table, type Terminal } from "./terminal.ts";

const VALIDATE_FLAGS = {
  "reference": onOff("read the file as the reference does: unknown keys are warnings"),
  "json": onOff("print one JSON object, also for a file that breaks the rules"),
};

const VALIDATE: CommandShape<typeof VALIDATE_FLAGS> = {
  name: "payments experiment validate",
  summary: "Checks an experiment file; the scenario is not opened",
  positionals: [{ name: "FILE", summary: "experiment (YAML)" }],
  flags: VALIDATE_FLAGS,
  examples: [[
    "bilancio payments experiment validate examples/payments/experiments/liquidity-search.yaml",
    "says what the file asks for, or what is wrong",
  ]],
};

async function validate(file: string, flags: FlagValues<typeof VALIDATE_FLAGS>, terminal: Terminal): Promise<number> {
  const { readExperiment } = await import("./payments_experiment_file.ts");
  try {
    const settings = await readExperiment(file, { reference: flags.reference }, terminal);
    const facts = factsOf(settings);
    if (flags.json) terminal.out(`${JSON.stringify({ file, valid: true, ...facts })}\n`);
    else {
      const lines = Object.entries(facts).map(([name, value]) => `  ${name.padEnd(14)} ${String(value)}\n`);
      terminal.out(`${file} is valid\n${lines.join("")}`);
    }
    return 0;
  } catch (error) {
    if (!flags.json || !(error instanceof ValidationError)) throw error;
    const problems = error.issues.map(({ path, message }) => ({ path, message }));
    terminal.out(`${JSON.stringify({ file, valid: false, subject: error.subject, problems })}\n`);
    return FAILED;
  }
}

function factsOf(settings: ExperimentSettings): Record<string, unknown> {
  const { name, scenario, mode, ticks, numSamples, convergence, optimizedAgents, proposer, masterSeed } = settings;
  return {
    name,
    scenario,
    mode,
    ticks,
    num_samples: numSamples,
    max_iterations: convergence.maxIterations,
    agents: optimizedAgents,
    proposer: proposer.type,
    master_seed: masterSeed,
  };
}

const LIST_FLAGS = {
  "json": onOff("print a JSON list"),
};

const LIST: CommandShape<typeof LIST_FLAGS> = {
  name: "payments experiment list",
  summary: "Lists the experiment files of a directory",
  positionals: [{ name: "DIR", summary: "where to look; the caller's directory when absent", optional: true }],
  flags: LIST_FLAGS,
  examples: [["bilancio payments experiment list examples/payments/experiments", "names what can be run there"]],
};

async function list(folder: string, flags: FlagValues<typeof LIST_FLAGS>, terminal: Terminal): Promise<number> {
  const found = [];
  for (const name of yamlFiles(folder, terminal)) {
    const file = folder === "." ? name : `${folder.replace(/\/+$/, "")}/${name}`;
    const facts = await factsIn(file, terminal);
    if (facts !== undefined) found.push({ file, ...facts });
  }
  if (flags.json) terminal.out(`${JSON.stringify(found)}\n`);
  else if (found.length === 0) terminal.out(`no experiment files in ${folder}\n`);
  else {
    const rows = found.map((each) => [each.file, each.name, each.mode, each.agents, each.scenario]);
    terminal.out(table(["file", "name", "mode", "agents", "scenario"], rows));
  }
  return 0;
}

function yamlFiles(folder: string, terminal: Terminal): string[] {
  const place = folder === "." && terminal.directory !== "" ? terminal.directory : joinedTo(terminal.directory, folder);
  return [...Deno.readDirSync(place)].filter(({ isDirectory, name }) => !isDirectory && /\.ya?ml$/i.test(name))
    .map(({ name }) => name).sort();
}

function joinedTo(directory: string, folder: string): string {
  return directory === "" || /^\//.test(folder) ? folder : `${directory}/${folder}`;
}

/** What a file asks for; what is wrong with it; undefined when it is no experiment at all. */
async function factsIn(file: string, terminal: Terminal) {
  const { parseYaml } = await import("../core/yaml_text.ts");
  const { parseExperiment } = await import("../experiments/payments/config.ts");
  const { readText } = await import("./read_text.ts");
  try {
    const source = parseYaml(readText(terminal.directory, file, "experiment file"), file);
    if (typeof source !== "object" || source === null || !("evaluation" in source)) return undefined;
    const { settings: { name, mode, optimizedAgents, scenario } } = parseExperiment(source, {
      reference: true,
      readText: () => "",
    });
    return { name, mode, agents: optimizedAgents.join(" "), scenario };
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return { name: `invalid: ${error.issues[0]?.message ?? error.subject}`, mode: "", agents: "", scenario: "" };
  }
}

/** `payments experiment validate`. */
export const validateCommand: Command = commandOf(
  VALIDATE,
  ({ positionals: [file = ""], flags }, terminal) => validate(file, flags, terminal),
);

/** `payments experiment list`. */
export const listCommand: Command = commandOf(
  LIST,
  ({ positionals: [folder = "."], flags }, terminal) => list(folder, flags, terminal),
);
