/**
 * Random small economies: agents of every kind, money, debts, goods, staged actions (which may fail), random switches.
 *
 * @module
 */
import fc from "fast-check";
import { BEHAVIOUR_NAMES, type Behaviours, CORRECTED } from "../../src/ring/behaviours.ts";
import type { Action, DefaultHandling, Scenario } from "../../src/ring/scenario/types.ts";
import { act, scenario } from "../ring/engine/written_scenarios.ts";

/** The agents of every random economy. */
export const AGENTS = ["CB", "B1", "B2", "B3", "H1", "H2", "H3", "F1", "F2", "T1"] as const;

const CUSTOMERS = ["H1", "H2", "H3", "F1", "F2", "T1"] as const;
const BANKS = ["B1", "B2", "B3"] as const;
const DEBTORS = [...CUSTOMERS, ...BANKS] as const;

/** Amounts from tiny to 28 digits, mostly small and whole. */
const amount: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 120 }).map(String) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 99_999 }).map((n) => (n / 1000).toFixed(3)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("33.33333333333333333333333333", "0.000001", "66.66666666666666666666666667"),
  },
);
const customer = fc.constantFrom(...CUSTOMERS);
const debtor = fc.constantFrom(...DEBTORS);
const bank = fc.constantFrom(...BANKS);
const day = fc.integer({ min: 0, max: 5 });
const sku = fc.constantFrom("W", "OIL");
const quantity = fc.integer({ min: 1, max: 6 });
const price = fc.constantFrom("1", "2.50", "0");

const pair = <T extends string>(agent: fc.Arbitrary<T>) => fc.tuple(agent, agent).filter(([a, b]) => a !== b);

const payable: fc.Arbitrary<Action> = fc.tuple(
  pair(debtor),
  amount,
  day,
  fc.option(fc.integer({ min: -1, max: 3 }), { nil: undefined }),
).map(([[from, to], value, due, distance]) =>
  act.pay(from, to, value, due, distance === undefined ? {} : { distance })
);

const delivery: fc.Arbitrary<Action> = fc.tuple(pair(customer), sku, quantity, price, day)
  .map(([[from, to], good, units, value, due]) => act.deliver(from, to, good, units, value, due));

const stock: fc.Arbitrary<Action> = fc.tuple(customer, sku, quantity, price)
  .map(([owner, good, units, value]) => act.stock(owner, good, units, value));

const money: fc.Arbitrary<Action[]> = fc.oneof(
  fc.tuple(debtor, amount).map(([to, value]) => [act.mint(to, value)]),
  fc.tuple(customer, bank, amount).map(([to, at, value]) => [act.mint(to, value), act.deposit(to, at, value)]),
  fc.tuple(fc.constantFrom(...BANKS, "T1"), amount).map(([to, value]) => [act.reserves(to, value)]),
);

/** Actions that cannot fail, whatever came before them. */
export const safeAction: fc.Arbitrary<Action[]> = fc.oneof(
  { weight: 5, arbitrary: money },
  { weight: 5, arbitrary: payable.map((action) => [action]) },
  { weight: 1, arbitrary: delivery.map((action) => [action]) },
  { weight: 1, arbitrary: stock.map((action) => [action]) },
);

/** Any action; many fail. */
export const anyAction: fc.Arbitrary<Action> = fc.oneof(
  safeAction.map((actions) => actions[0] ?? act.mint("H1", 1)),
  fc.tuple(pair(customer), amount).map(([[from, to], value]) => act.client(from, to, value)),
  fc.tuple(pair(debtor), amount).map(([[from, to], value]) => act.cash(from, to, value)),
  fc.tuple(pair(bank), amount).map(([[from, to], value]) => act.moveReserves(from, to, value)),
  fc.tuple(customer, bank, amount).map(([who, at, value]) => act.deposit(who, at, value)),
  fc.tuple(customer, bank, amount).map(([who, at, value]) => act.withdraw(who, at, value)),
  fc.tuple(pair(customer), sku, quantity).map(([[from, to], good, units]) => act.moveStock(from, to, good, units)),
  fc.tuple(debtor, fc.integer({ min: 0, max: 15 })).map(([to, number]) =>
    act.claim(null, to, `PAY_${number.toString(16).padStart(12, "0")}`)
  ),
);

/** Any setting of all switches, often all corrected. */
export const anyBehaviours: fc.Arbitrary<Behaviours> = fc.oneof(
  fc.constant(CORRECTED),
  fc.uniqueArray(fc.constantFrom(...BEHAVIOUR_NAMES)).map((names) => {
    const behaviours = { ...CORRECTED };
    for (const name of names) Object.assign(behaviours, { [name]: true });
    return behaviours;
  }),
);

/** What may vary between economies. */
export interface EconomyOptions {
  readonly handling?: DefaultHandling;
  readonly rollover?: boolean;
  readonly scheduled?: boolean;
}

/** A random economy. */
export function anyEconomy(options: EconomyOptions = {}): fc.Arbitrary<Scenario> {
  return fc.record({
    initial: fc.array(safeAction, { minLength: 4, maxLength: 24 }).map((lists) => lists.flat()),
    scheduled: options.scheduled === false
      ? fc.constant([])
      : fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), anyAction), { maxLength: 8 }),
    handling: options.handling === undefined
      ? fc.constantFrom<DefaultHandling>("fail-fast", "expel-agent", "expel-agent")
      : fc.constant(options.handling),
    rollover: options.rollover === undefined ? fc.boolean() : fc.constant(options.rollover),
    behaviours: anyBehaviours,
  }).map((parts) => scenario({ agents: AGENTS, maxDays: 12, ...parts }));
}
