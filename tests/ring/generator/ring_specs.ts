/** Ring specs of the tests. */
import { type RingSpec, ringSpecFromText, type RingSpecText } from "../../../src/ring/generator/spec.ts";

/** A small ring with the given changes. */
export function ringSpec(changes: Partial<RingSpecText> = {}): RingSpec {
  return ringSpecFromText({ namePrefix: "Test Sweep", nAgents: 5, seed: 17, kappa: "1", qTotal: "500", ...changes });
}
