/** Scenario files of the recordings: what is refused and why, and the engine dictionary that becomes of the others. */
import { assert, assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { ValidationError } from "../../src/core/errors.ts";
import { parseJsonDocument } from "../../src/payments/scenario/document.ts";
import { loadPaymentsScenario, readPaymentsScenario } from "../../src/payments/scenario/load.ts";
import { GOLDEN, goldenText, recorded } from "./golden.ts";

interface RecordedProblem {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Decimal);
}

/** A document with plain numbers, big ones as text. */
function plain(value: unknown): unknown {
  if (value instanceof Decimal) {
    const number = value.toNumber();
    return value.isInteger && !Number.isSafeInteger(number) ? value.toString() : number;
  }
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, plain(value[key])]));
}

function refusalOf(scenario: unknown): readonly RecordedProblem[] | null {
  try {
    readPaymentsScenario(scenario, { reference: true });
    return null;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return error.issues.map(({ path, message }) => ({ loc: path, msg: message }));
  }
}

/** A list of several entries tells of alternatives, which we do not spell out (golden/rtgs 2). */
function assertSameRefusal(got: readonly RecordedProblem[] | null, wanted: unknown): void {
  assertEquals(got === null, wanted === null);
  if (!Array.isArray(wanted) || wanted.length !== 1) return;
  assertEquals(plain(got?.[0]), plain(wanted[0]));
}

recorded("scenario files are refused as the reference refuses them, with its sentences and places", () => {
  const cases = parseJsonDocument(goldenText("rtgs", "scenario_validation", "cases.json"), "cases.json");
  assert(Array.isArray(cases) && cases.length > 0);
  for (const each of cases) {
    assert(isMap(each));
    assertSameRefusal(refusalOf(each["scenario"]), each["errors"]);
  }
});

/** Cases of a folder with a scenario file and the dictionary that the reference made of it. */
function* convertedCases(): Generator<{ name: string; scenario: string; dictionary: string }> {
  for (const folder of ["rtgs", "rtgs-scale"]) {
    for (const { name } of Deno.readDirSync(`${GOLDEN}/${folder}`)) {
      const scenario = textAt(`${GOLDEN}/${folder}/${name}/scenario.yaml`);
      const dictionary = textAt(`${GOLDEN}/${folder}/${name}/engine_input.json`);
      if (scenario !== undefined && dictionary !== undefined) yield { name, scenario, dictionary };
    }
  }
}

function textAt(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

/** YAML 1.1 reads 010 as 8; we read YAML 1.2 in both modes (docs/file-formats.md). */
function inYaml12(name: string, scenario: string): string {
  return name === "yaml_conventions" ? scenario.replace("opening_balance: 010", "opening_balance: 8") : scenario;
}

/** The text of a policy file stands in the dictionary that the reference made; the file itself is not recorded. */
function recordedPolicies(dictionary: unknown): () => string {
  assert(isMap(dictionary) && Array.isArray(dictionary["agent_configs"]));
  const texts = dictionary["agent_configs"].flatMap((agent) =>
    isMap(agent) && isMap(agent["policy"]) ? agent["policy"]["json"] ?? [] : []
  );
  return () => String(texts.shift());
}

/** `json_path` is the only place where agents that share a file can be told apart by their order. */
function withOwnPaths(scenario: string): string {
  let number = 0;
  return scenario.replaceAll(/json_path:.*/g, () => `json_path: policy-${number++}.json`);
}

recorded("every scenario file becomes the engine dictionary that the reference makes of it", async () => {
  let count = 0;
  for (const { name, scenario, dictionary } of convertedCases()) {
    const wanted = parseJsonDocument(dictionary, name);
    const read = await loadPaymentsScenario(withOwnPaths(inYaml12(name, scenario)), `${name}.yaml`, {
      reference: true,
      readPolicy: recordedPolicies(wanted),
    });
    assertEquals(plain(read.dictionary), plain(wanted), name);
    count++;
  }
  assert(count >= 50);
});
