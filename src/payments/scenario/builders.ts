/**
 * What experiments take from a raw scenario file and a policy: the settings of one agent, with the reference's
 * conversions and defaults (spec 06 11). Works on parsed but unchecked values.
 *
 * @module
 */
import { PaymentsError } from "../errors.ts";
import { isMap, member, writtenNumber } from "./numbers.ts";

type Raw = Readonly<Record<string, unknown>>;

/** What a scenario says of one agent; cents. */
export interface ScenarioAgent {
  readonly openingBalance: number;
  /** `unsecured_cap`. */
  readonly creditLimit: number;
  readonly maxCollateralCapacity: number | null;
  readonly liquidityPool: number | null;
}

/** What a policy makes of an agent's liquidity; cents, and a share of the pool. */
export interface LiquiditySettings {
  readonly openingBalance: number;
  readonly liquidityPool?: number;
  readonly liquidityAllocationFraction?: number;
}

/** What a policy makes of an agent's collateral. */
export interface CollateralSettings {
  readonly maxCollateralCapacity?: number;
  readonly initialCollateralFraction?: number;
}

/** The share of the pool that counts where a policy names none; the engine's own default is 1. */
export const DEFAULT_POOL_FRACTION = 0.5;

/** The agents of a raw scenario: of a repeated id the last definition, at the place of the first. */
export class ScenarioAgents {
  readonly #agents = new Map<string, Raw>();

  /** @throws {PaymentsError} `KeyError` for an agent without an id. */
  constructor(scenario: Raw) {
    const agents = member(scenario, "agents");
    for (const agent of Array.isArray(agents) ? agents : []) {
      if (!isMap(agent) || member(agent, "id") === undefined) throw new PaymentsError("KeyError", "'id'");
      this.#agents.set(String(agent["id"]), agent);
    }
  }

  get ids(): string[] {
    return [...this.#agents.keys()];
  }

  /** @throws {PaymentsError} `KeyError` for an unknown agent, `ValueError` or `TypeError` for what is no integer. */
  agent(id: string): ScenarioAgent {
    const agent = this.#agents.get(id);
    if (agent === undefined) throw new PaymentsError("KeyError", `Agent '${id}' not found in scenario config`);
    return {
      // An absent amount is 0, a null is none.
      openingBalance: integerOf(Object.hasOwn(agent, "opening_balance") ? agent["opening_balance"] : 0),
      creditLimit: integerOf(Object.hasOwn(agent, "unsecured_cap") ? agent["unsecured_cap"] : 0),
      maxCollateralCapacity: optionalInteger(member(agent, "max_collateral_capacity")),
      liquidityPool: optionalInteger(member(agent, "liquidity_pool")),
    };
  }
}

/** The liquidity of an agent under a policy; a null counts as missing at every level. */
export function liquiditySettings(policy: Raw, agent: Raw): LiquiditySettings {
  const openingBalance = integerOf(member(agent, "opening_balance") || 0);
  const pool = member(agent, "liquidity_pool") ?? null;
  if (pool === null) return { openingBalance };
  const fraction = policyNumber(policy, "initial_liquidity_fraction") ?? DEFAULT_POOL_FRACTION;
  return { openingBalance, liquidityPool: integerOf(pool), liquidityAllocationFraction: fraction };
}

/** The collateral of an agent under a policy. */
export function collateralSettings(policy: Raw, agent: Raw): CollateralSettings {
  const capacity = optionalInteger(member(agent, "max_collateral_capacity"));
  const fraction = policyNumber(policy, "initial_collateral_fraction");
  return {
    ...(capacity === null ? {} : { maxCollateralCapacity: capacity }),
    ...(fraction === undefined ? {} : { initialCollateralFraction: fraction }),
  };
}

/** A number of `policy.parameters`, else of the policy itself. */
function policyNumber(policy: Raw, name: string): number | undefined {
  const parameters = member(policy, "parameters");
  const value = (isMap(parameters) ? member(parameters, name) : undefined) ?? member(policy, name) ?? null;
  if (value === null) return undefined;
  const number = writtenNumber(value);
  const double = Number(number === undefined ? value : number.value);
  if (Number.isNaN(double)) throw new PaymentsError("ValueError", `could not convert to float: ${String(value)}`);
  return double;
}

function optionalInteger(value: unknown): number | null {
  return value === undefined || value === null ? null : integerOf(value);
}

const INTEGER_TEXT = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

/** The reference's conversion to an integer: fractions are cut off, texts must be whole numbers. */
function integerOf(value: unknown): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") {
    if (INTEGER_TEXT.test(value)) return Number(value.replaceAll("_", ""));
    throw new PaymentsError("ValueError", `invalid literal for int() with base 10: '${value}'`);
  }
  const number = writtenNumber(value);
  if (number !== undefined) return Math.trunc(Number(number.value));
  throw new PaymentsError("TypeError", "int() argument must be a string, a bytes-like object or a real number");
}
