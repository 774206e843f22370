/** Engine dictionaries that the reference refuses, and what it says (golden/rtgs construction_errors). */
import { assertEquals } from "@std/assert";
import { REFERENCE } from "../../src/payments/behaviours.ts";
import { PaymentsEngine } from "../../src/payments/engine/engine.ts";
import { PaymentsError } from "../../src/payments/errors.ts";
import { loadEngineDictionary } from "../../src/payments/scenario/engine_dictionary.ts";
import { goldenText, recorded } from "./golden.ts";

interface Refusal {
  readonly kind: string;
  readonly message: string;
}

interface ConstructionCase {
  readonly engine_input: unknown;
  readonly error: Refusal | null;
}

/** The text behind these words comes from one parser library (golden/rtgs 6). */
const PARSER_TEXT = "Failed to parse JSON: ";

function comparable({ kind, message }: Refusal): Refusal {
  const end = message.indexOf(PARSER_TEXT);
  return { kind, message: end < 0 ? message : message.slice(0, end + PARSER_TEXT.length) };
}

function refusalOf(dictionary: string): Refusal | null {
  try {
    const { config } = loadEngineDictionary(dictionary, "engine_input.json", { reference: true });
    new PaymentsEngine(config, REFERENCE);
    return null;
  } catch (error) {
    if (!(error instanceof PaymentsError)) throw error;
    return comparable({ kind: error.kind, message: error.message });
  }
}

recorded("construction refuses what the reference refuses, with its words", () => {
  const cases: ConstructionCase[] = JSON.parse(goldenText("rtgs", "construction_errors", "cases.json"));
  for (const { engine_input, error } of cases) {
    assertEquals(refusalOf(JSON.stringify(engine_input)), error === null ? null : comparable(error));
  }
  assertEquals(cases.length > 0, true);
});
