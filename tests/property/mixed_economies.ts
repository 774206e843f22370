/**
 * Random small economies with banks, deposits, goods and staged actions, drawn from a seed: the same seed gives the same
 * economy everywhere, also without a test library. `economies.ts` draws wilder ones, in which more goes wrong.
 *
 * @module
 */
import { MersenneTwister } from "../../src/core/mersenne_twister.ts";
import { type Behaviours, CORRECTED } from "../../src/ring/behaviours.ts";
import type { Action, Scenario } from "../../src/ring/scenario/types.ts";
import { act, scenario } from "../ring/engine/written_scenarios.ts";

/** Last day that an economy can reach, counted from 0. */
const MAX_DAYS = 16;

type Staged = readonly [day: number, action: Action];

/** The economy of a seed: its agents, its first actions and those staged for days 1 to 8. */
export function mixedEconomy(seed: number, behaviours: Behaviours = CORRECTED): Scenario {
  const chance = new MersenneTwister(seed);
  // A few economies are so small that everyone in them can default.
  const people = chance.random() < 0.15 ? ["H1", "H2"] : ["H1", "H2", "H3", "F1", "F2", "T1"].slice(0, 3 + seed % 4);
  const banks = people.length === 2 ? [] : ["B1", "B2"];
  const draw = new EconomyDraw(chance, people, banks);
  return scenario({
    agents: ["CB", ...banks, ...people],
    initial: draw.initialActions(),
    scheduled: draw.stagedActions(),
    handling: chance.random() < 0.3 ? "fail-fast" : "expel-agent",
    rollover: chance.random() < 0.35,
    maxDays: MAX_DAYS,
    behaviours,
  });
}

/** The draws of one economy. */
class EconomyDraw {
  readonly #chance: MersenneTwister;
  readonly #people: readonly string[];
  readonly #banks: readonly string[];
  #payables = 0;

  constructor(chance: MersenneTwister, people: readonly string[], banks: readonly string[]) {
    this.#chance = chance;
    this.#people = people;
    this.#banks = banks;
  }

  /** Money, deposits, debts and goods; none of these actions can fail. */
  initialActions(): Action[] {
    const actions: Action[] = [];
    for (const bank of this.#banks) actions.push(act.reserves(bank, this.#chance.integer(20, 200)));
    for (const who of this.#people) actions.push(...this.#wealth(who));
    for (const debtor of [...this.#people, ...this.#banks]) {
      const debts = this.#banks.includes(debtor) ? this.#chance.below(2) : 1 + this.#chance.below(3);
      for (let i = 0; i < debts; i++) actions.push(this.#payable(debtor, this.#chance.integer(0, 6)));
    }
    for (let lots = this.#chance.below(5); lots > 0; lots--) {
      actions.push(act.stock(this.#person(), "W", this.#chance.integer(1, 4), "2.50"));
    }
    if (this.#often(0.3)) {
      const [from, to] = this.#two(this.#people);
      actions.push(act.deliver(from, to, "W", this.#chance.integer(1, 4), "2.50", this.#chance.integer(1, 5)));
    }
    return actions;
  }

  /** Some of these fail, which ends the run on their day. */
  stagedActions(): Staged[] {
    const staged: Staged[] = [];
    for (let left = this.#chance.below(4); left > 0; left--) {
      const day = this.#chance.integer(1, 8);
      staged.push(...this.#staged(day).map((action): Staged => [day, action]));
    }
    return staged.sort(([a], [b]) => a - b);
  }

  /** Cash, and deposits at no bank, one or both. */
  #wealth(who: string): Action[] {
    const actions = [act.mint(who, this.#chance.integer(5, 40))];
    for (const bank of this.#banks) {
      if (!this.#often(0.55)) continue;
      const amount = this.#chance.integer(5, 40);
      actions.push(act.mint(who, amount), act.deposit(who, bank, amount));
    }
    return actions;
  }

  #payable(from: string, dueDay: number): Action {
    const others = [...this.#people, ...this.#banks].filter((other) => other !== from);
    const amount = this.#often(0.5)
      ? String(this.#chance.integer(1, 60))
      : (this.#chance.integer(1, 60_000) / 1000).toFixed(3);
    const distance = this.#often(0.25) ? { distance: this.#chance.integer(0, 4) } : {};
    return act.pay(from, this.#chance.choice(others), amount, dueDay, { alias: `P${++this.#payables}`, ...distance });
  }

  #staged(day: number): Action[] {
    const chance = this.#chance;
    const [from, to] = this.#two(this.#people);
    const amount = chance.integer(1, 12);
    const bank = this.#banks.length === 0 ? undefined : chance.choice(this.#banks);
    switch (chance.below(10)) {
      case 0:
      case 1:
        return [bank === undefined ? act.mint(to, amount) : act.client(from, to, amount)];
      case 2:
        return [act.mint(from, amount), act.cash(from, "CB", amount), act.cash("CB", to, chance.integer(1, amount))];
      case 3:
        return [act.stock(from, "W", 2, 1), act.moveStock(from, to, "W", chance.integer(1, 4))];
      case 4:
        return [act.claim(`P${chance.integer(1, this.#payables)}`, this.#person())];
      case 5:
        return [bank === undefined ? act.mint(from, amount) : act.withdraw(from, bank, amount)];
      case 6:
        return [act.mint(from, amount, this.#often(0.5) ? "P1" : null)];
      default:
        // Due before, on and after the day on which it is made.
        return [this.#payable(from, Math.max(0, day + chance.integer(-2, 4)))];
    }
  }

  #person(): string {
    return this.#chance.choice(this.#people);
  }

  #two(list: readonly string[]): [string, string] {
    const from = this.#chance.choice(list);
    return [from, this.#chance.choice(list.filter((other) => other !== from))];
  }

  #often(share: number): boolean {
    return this.#chance.random() < share;
  }
}
