/**
 * `bilancio validate`: checks a scenario file as `run` would, and applies its initial actions, but simulates no day
 * and writes nothing (spec 01 16, 02 9.2). Unlike the reference's it also checks aliases and scheduled actions.
 *
 * @module
 */
import { SimulationError, ValidationError } from "../core/errors.ts";
import type { Scenario } from "../ring/scenario/types.ts";
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, onOff } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "reference": onOff("read the file as the reference does: unknown keys are warnings"),
  "json": onOff("print one JSON object, also for a file that breaks the rules"),
};

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "validate",
  summary: "Checks a scenario file without simulating it",
  positionals: [{ name: "FILE", summary: "scenario or generator file (YAML)" }],
  flags: FLAGS,
  details: ["All problems are listed at once, each with its place in the file. Nothing is written."],
  examples: [[
    "bilancio validate examples/scenarios/05-banks-and-clearing.yaml",
    "says what the file holds, or what is wrong",
  ]],
};

async function validate(
  file: string,
  reference: boolean | undefined,
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  try {
    const scenario = await checked(file, reference, terminal);
    terminal.out(json ? `${JSON.stringify(contents(file, scenario))}\n` : contentsText(file, scenario));
    return 0;
  } catch (error) {
    if (!json || !(error instanceof ValidationError || error instanceof SimulationError)) throw error;
    terminal.out(`${JSON.stringify({ file, valid: false, ...problemsOf(error) })}\n`);
    return 1;
  }
}

/** What is wrong, with its places in the file; what only setting the scenario up shows has none. */
function problemsOf(error: ValidationError | SimulationError): { subject: string; problems: unknown[] } {
  if (error instanceof SimulationError) {
    return { subject: "The scenario cannot be set up", problems: [{ path: [], message: error.message }] };
  }
  const problems = error.issues.map(({ path, message, value }) => ({
    path,
    message,
    ...(value === undefined ? {} : { value }),
  }));
  return { subject: error.subject, problems };
}

async function checked(file: string, reference: boolean | undefined, terminal: Terminal): Promise<Scenario> {
  const { readScenario } = await import("./scenario_file.ts");
  const { preflightAliases } = await import("../ring/scenario/preflight.ts");
  const { simulateRing } = await import("../ring/engine/simulate.ts");
  const { scenario } = readScenario(file, reference, terminal);
  preflightAliases(scenario);
  // Applies the initial actions and checks the balance sheets; no day is simulated.
  simulateRing(scenario, { checkInvariants: "setup", maxDays: 0 });
  return scenario;
}

function contents(file: string, scenario: Scenario): Record<string, unknown> {
  return {
    file,
    valid: true,
    name: scenario.name,
    agents: scenario.agents.map(({ id, kind }) => ({ id, kind })),
    initial_actions: scenario.initialActions.length,
    scheduled_actions: scenario.scheduledActions.length,
    max_days: scenario.run.maxDays,
    default_handling: scenario.run.defaultHandling,
    export: { balances_csv: scenario.run.export.balancesCsv, events_jsonl: scenario.run.export.eventsJsonl },
  };
}

function contentsText(file: string, scenario: Scenario): string {
  const kinds = new Map<string, number>();
  for (const { kind } of scenario.agents) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const agents = [...kinds].map(([kind, number]) => `${number} ${kind}`).join(", ");
  return `${file} is valid: ${scenario.name}\n` +
    `  agents             ${agents === "" ? "none" : agents}\n` +
    `  initial actions    ${scenario.initialActions.length}\n` +
    `  scheduled actions  ${scenario.scheduledActions.length}\n` +
    `  defaults           ${scenario.run.defaultHandling}\n`;
}

/** The command. */
export const command: Command = commandOf(
  SHAPE,
  ({ positionals: [file = ""], flags }, terminal) => validate(file, flags.reference, flags.json === true, terminal),
);
