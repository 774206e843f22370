/**
 * A small simulation that shows whether a policy works at all (spec 08 12, functional tests).
 *
 * @module
 */
import { type Behaviours } from "./behaviours.ts";
import { type AgentConfig, DEFAULT_AGENT, DEFAULT_SYSTEM, type EngineConfig } from "./config.ts";
import { PaymentsEngine } from "./engine/engine.ts";
import { PaymentsError } from "./errors.ts";

/** One test of a policy. */
export interface TrialResult {
  readonly name: "load_policy" | "execute_policy" | "valid_state";
  readonly passed: boolean;
  readonly message: string;
}

/** All tests that were run; a policy that cannot be loaded is not run. */
export interface PolicyTrial {
  readonly passed: boolean;
  readonly tests_run: number;
  readonly tests_passed: number;
  readonly results: readonly TrialResult[];
}

const TICKS = 5;

/** Two banks, one of which pays the other under the policy. */
function trialConfig(json: string): EngineConfig {
  const bank: Omit<AgentConfig, "id"> = {
    ...DEFAULT_AGENT,
    openingBalance: 1_000_000,
    unsecuredCap: 500_000,
    policy: { type: "FromJson", json },
  };
  return {
    ...DEFAULT_SYSTEM,
    ticksPerDay: 10,
    numDays: 1,
    rngSeed: 12345n,
    agents: [{ ...bank, id: "A" }, { ...bank, id: "B" }],
  };
}

/** Loads a policy, lets it decide about one payment, and looks at the balances. */
export function policyTrial(json: string, behaviours: Behaviours): PolicyTrial {
  const results: TrialResult[] = [];
  const attempt = <T>(name: TrialResult["name"], step: () => T, done: string): T | undefined => {
    try {
      const value = step();
      results.push({ name, passed: true, message: done });
      return value;
    } catch (error) {
      if (!(error instanceof PaymentsError)) throw error;
      results.push({ name, passed: false, message: error.message });
      return undefined;
    }
  };
  const engine = attempt("load_policy", () => new PaymentsEngine(trialConfig(json), behaviours), "Policy loaded");
  if (engine !== undefined) {
    attempt("execute_policy", () => execute(engine), `${TICKS} ticks executed`);
    results.push(stateResult(engine));
  }
  const passed = results.filter((result) => result.passed).length;
  return { passed: passed === results.length, tests_run: results.length, tests_passed: passed, results };
}

function execute(engine: PaymentsEngine): void {
  engine.submit({ sender: "A", receiver: "B", amount: 100_000, deadlineTick: 50, priority: 5, isDivisible: false });
  for (let tick = 0; tick < TICKS; tick++) engine.tick();
}

function stateResult(engine: PaymentsEngine): TrialResult {
  const balances = engine.positions().map(({ balance }) => balance);
  const total = balances.reduce((sum, balance) => sum + balance, 0);
  const passed = total === 2_000_000;
  return { name: "valid_state", passed, message: `balances ${balances.join(" and ")}, together ${total}` };
}
