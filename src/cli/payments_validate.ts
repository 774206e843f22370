/**
 * `bilancio payments validate`: checks a scenario of the payments model and its policies as `payments run` would, and
 * sets the engine up, but runs no tick and writes nothing.
 *
 * @module
 */
import { ValidationError } from "../core/errors.ts";
import type { PaymentsScenario } from "../payments/scenario/load.ts";
import { type Command, commandOf } from "./command.ts";
import { FAILED } from "./errors.ts";
import { type CommandShape, type FlagValues, onOff } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "reference": onOff("read the file as the reference does: unknown keys are warnings"),
  "json": onOff("print one JSON object, also for a file that breaks the rules"),
};

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "payments validate",
  summary: "Checks a scenario of the payments model and its policies without simulating it",
  positionals: [{ name: "FILE", summary: "scenario (YAML or JSON), or an engine dictionary (JSON)" }],
  flags: FLAGS,
  details: ["All problems are listed at once, each with its place in the file. Nothing is written."],
  examples: [[
    "bilancio payments validate examples/payments/01-two-banks.yaml",
    "says what the file holds, or what is wrong",
  ]],
};

async function validate(file: string, flags: FlagValues<typeof FLAGS>, terminal: Terminal): Promise<number> {
  try {
    const scenario = await checked(file, flags.reference, terminal);
    terminal.out(flags.json ? `${JSON.stringify(contents(file, scenario))}\n` : contentsText(file, scenario));
    return 0;
  } catch (error) {
    if (!flags.json || !(error instanceof ValidationError)) throw error;
    terminal.out(`${JSON.stringify({ file, valid: false, ...problemsOf(error) })}\n`);
    return FAILED;
  }
}

async function checked(
  file: string,
  reference: boolean | undefined,
  terminal: Terminal,
): Promise<PaymentsScenario> {
  const { asProblems, readPaymentsFile } = await import("./payments_file.ts");
  const { PaymentsEngine } = await import("../payments/engine/engine.ts");
  const scenario = await readPaymentsFile(file, reference === undefined ? {} : { reference }, terminal);
  await asProblems(() => new PaymentsEngine(scenario.config, scenario.behaviours));
  return scenario;
}

/** What is wrong, with its places in the file; what only setting the engine up shows has none. */
function problemsOf(error: ValidationError): { subject: string; problems: unknown[] } {
  const problems = error.issues.map(({ path, message, value }) => ({
    path,
    message,
    ...(value === undefined ? {} : { value }),
  }));
  return { subject: error.subject, problems };
}

function contents(file: string, { config }: PaymentsScenario): Record<string, unknown> {
  return {
    file,
    valid: true,
    ticks_per_day: config.ticksPerDay,
    num_days: config.numDays,
    agents: config.agents.map(({ id, policy }) => ({ id, policy: policy.type })),
    scenario_events: config.scenarioEvents?.length ?? 0,
  };
}

function contentsText(file: string, { config }: PaymentsScenario): string {
  const { agents, numDays, ticksPerDay, scenarioEvents } = config;
  const policies = new Map<string, number>();
  for (const { policy } of agents) policies.set(policy.type, (policies.get(policy.type) ?? 0) + 1);
  return `${file} is valid\n` +
    `  banks            ${agents.length}\n` +
    `  policies         ${[...policies].map(([type, number]) => `${number} ${type}`).join(", ")}\n` +
    `  days             ${numDays} of ${ticksPerDay} ticks\n` +
    `  scenario events  ${scenarioEvents?.length ?? 0}\n`;
}

/** The command. */
export const command: Command = commandOf(
  SHAPE,
  ({ positionals: [file = ""], flags }, terminal) => validate(file, flags, terminal),
);
