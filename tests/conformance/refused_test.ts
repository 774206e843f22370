/**
 * Every recorded scenario file is read as the reference reads it: the files it refused are refused for the same reasons
 * at the same places, all others load. Input defects of the reference are named here with what we do instead.
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ValidationError } from "../../src/core/errors.ts";
import { loadScenarioText, type ParsedScenario } from "../../src/ring/scenario/parse.ts";
import { preflightAliases } from "../../src/ring/scenario/preflight.ts";
import { goldenText, recorded } from "./golden.ts";

interface RecordedError {
  readonly where: string;
  readonly firstLine: string;
  readonly message: string;
}

/** Refused by the reference while an action is applied: the file itself can be read. */
const REFUSED_BY_THE_ENGINE = [
  "g090-bad-unknown-reference",
  "g091-bad-policy-holder",
  "g092-bad-insufficient-cash",
  "g093-bad-payment-without-bank",
  "g094-bad-no-central-bank",
  "g097-bad-claim-in-setup",
  "g099-bad-deposit-at-household",
];

/** Refused by the check of aliases before anything is applied. */
const REFUSED_BY_PREFLIGHT = ["g095-bad-duplicate-alias", "g096-bad-unknown-alias-later"];

/** What the reference does with these files is a defect of its input; each has its own test below. */
const INPUT_DEFECTS = new Set([
  "g030-yaml-rules",
  "g072-bad-yaml-syntax",
  "g073-bad-top-level-list",
  "g077-bad-numeric-agent-id",
  "g079-bad-agents-not-a-list",
  "g081-bad-null-actions",
  "g098-bad-null-payload",
]);

function load(name: string): ParsedScenario {
  return loadScenarioText(goldenText("scenarios", name, "scenario.yaml"), "scenario.yaml", { reference: true });
}

function recordedError(name: string): RecordedError {
  const [head = "", ...rest] = goldenText("scenarios", name, "error.txt").split("\n---\n");
  const field = (key: string) => new RegExp(`^${key}: (.*)$`, "m").exec(head)?.[1] ?? "";
  return { where: field("where"), firstLine: field("first_line"), message: rest.join("\n---\n").trimEnd() };
}

/** The (path, message) pairs of a recorded message, in both of its forms (scenarios/README 3). */
function recordedPairs(message: string): string[] {
  const [first = "", ...lines] = message.split("\n");
  if (/^(Configuration|Generator) validation failed:$/.test(first)) {
    return lines.map((line) => line.replace(/^ {2}- (: )?/, ""));
  }
  const compile = /^Failed to compile generator '\w+': (.*)$/.exec(first);
  if (compile !== null) return [compile[1] ?? ""];
  const pairs: string[] = [];
  lines.forEach((line, i) => {
    const text = /^ {2}(\S.*?) \[type=/.exec(line);
    if (text !== null) pairs.push(`${lines[i - 1]}: ${text[1]}`);
  });
  return pairs;
}

function pairs(error: unknown): string[] {
  assert(error instanceof ValidationError, `not a validation error: ${error}`);
  return error.issues.map(({ path, message }) => path.length > 0 ? `${path.join(" -> ")}: ${message}` : message);
}

function refusal(name: string): ValidationError {
  return assertThrows(() => load(name), ValidationError);
}

function scenarioNames(outcome: (text: string) => boolean): string[] {
  const index: unknown = JSON.parse(goldenText("scenarios", "index.json"));
  assert(Array.isArray(index));
  return index.filter((row) => outcome(String(row.outcome))).map((row) => String(row.case));
}

recorded("every recorded file that the reference could run loads in reference mode, dealers included", () => {
  const names = scenarioNames((outcome) => outcome !== "refused");
  assert(names.length > 80);
  for (const name of names) {
    if (INPUT_DEFECTS.has(name)) continue;
    const { scenario } = load(name);
    assert(scenario.agents.length > 0, name);
    assertEquals(scenario.initialActions.filter((action) => action.type === "refused"), [], name);
  }
});

recorded("every refused recorded file gives the recorded messages at the recorded places", () => {
  let compared = 0;
  for (const name of scenarioNames((outcome) => outcome === "refused")) {
    if (INPUT_DEFECTS.has(name)) continue;
    if (REFUSED_BY_THE_ENGINE.includes(name) || REFUSED_BY_PREFLIGHT.includes(name)) continue;
    const { where, firstLine, message } = recordedError(name);
    if (where === "load-or-setup") assertEquals(pairs(refusal(name)).sort(), recordedPairs(message).sort(), name);
    else {
      const refused = load(name).scenario.initialActions.find((action) => action.type === "refused");
      assert(refused?.type === "refused", name);
      // Ours ends the subject of a list with a colon.
      assertEquals(refused.error.message.split("\n")[0]?.replace(/:$/, ""), firstLine.replace(/:$/, ""), name);
      if (refused.error instanceof ValidationError) assertEquals(pairs(refused.error), recordedPairs(message), name);
    }
    compared++;
  }
  assert(compared > 15, `only ${compared} files were compared`);
});

recorded("files that only the engine refuses can be read, their aliases are in order", () => {
  for (const name of REFUSED_BY_THE_ENGINE) {
    const { scenario } = load(name);
    assert(scenario.initialActions.every((action) => action.type !== "refused"), name);
    preflightAliases(scenario);
  }
});

recorded("the check of aliases refuses what the reference's check refuses, with its sentence", () => {
  for (const name of REFUSED_BY_PREFLIGHT) {
    const { scenario } = load(name);
    assertThrows(() => preflightAliases(scenario), Error, recordedError(name).firstLine);
  }
});

recorded("g030: duplicate keys are an error with the line; without them its forms mean what YAML 1.2 says", () => {
  assertStringIncludes(refusal("g030-yaml-rules").message, "name");
  const text = goldenText("scenarios", "g030-yaml-rules", "scenario.yaml").replace("name: first\n", "");
  const { scenario, warnings } = loadScenarioText(text.replace("1:30", "90"), "scenario.yaml", { reference: true });
  const amounts = scenario.initialActions.map((action) => "amount" in action ? action.amount.toNumber() : null);
  assertEquals(amounts, [1000, 90, 7.5, 31, 0.5, 100, 12, 5, 6]);
  const days = scenario.initialActions.map((action) => action.type === "create_payable" ? action.dueDay : null);
  // 010 is ten, not octal eight.
  assertEquals(days.slice(5), [2, 10, 1, 3]);
  assertEquals(scenario.run.rolloverEnabled, false);
  const places = warnings.map(({ path }) => path.join(".")).sort();
  assertEquals(places, [
    "foo",
    "initial_actions.3.mint_cash.note",
    "initial_actions.4.create_payable",
    "initial_actions.5.other",
    "run.extra",
  ]);
});

recorded("g030: a sexagesimal 1:30 is text, and as text no amount", () => {
  const text = goldenText("scenarios", "g030-yaml-rules", "scenario.yaml").replace("name: first\n", "");
  const { scenario } = loadScenarioText(text, "scenario.yaml", { reference: true });
  const refused = scenario.initialActions[1];
  assert(refused?.type === "refused");
  assertEquals(pairs(refused.error), ["amount: Input should be a valid decimal"]);
});

recorded("g072: broken YAML is one sentence with the file and the place", () => {
  const { message } = refusal("g072-bad-yaml-syntax");
  assertStringIncludes(message, "Failed to parse YAML from scenario.yaml");
  assertStringIncludes(message, "line 4, column 3");
});

recorded("g073: a list at the top is named in our words, not in the reference's language", () => {
  assertEquals(pairs(refusal("g073-bad-top-level-list")), [
    "Configuration file must contain a YAML dictionary, got a list",
  ]);
});

recorded('g077: an agent id "1" in quotes stays text and is a fine id', () => {
  assertEquals(load("g077-bad-numeric-agent-id").scenario.agents[1]?.id, "1");
});

recorded("g079: a text where actions should be is not taken apart into letters", () => {
  assertEquals(pairs(refusal("g079-bad-agents-not-a-list")), [
    "agents: Input should be a valid list",
    "initial_actions: Input should be a valid list",
  ]);
});

recorded("g081: initial actions that are null are a validation error with their place", () => {
  assertEquals(pairs(refusal("g081-bad-null-actions")), ["initial_actions: Input should be a valid list"]);
});

recorded("g098: an action without content is refused in words", () => {
  const refused = load("g098-bad-null-payload").scenario.initialActions[0];
  assert(refused?.type === "refused");
  assertEquals(pairs(refused.error), ["mint_cash: Input should be a valid dictionary; it is empty"]);
});
