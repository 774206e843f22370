/**
 * What the banks owe each other from the client payments of the day, kept while the payments happen (spec 01 11.1).
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Agent } from "./agent.ts";
import type { Ledger } from "./ledger.ts";

/** The net between two banks: positive when `a` owes `b`. */
export interface ClearingNet {
  readonly a: Agent;
  readonly b: Agent;
  amount: Decimal;
}

/** The bilateral nets of the day, in order of the first payment of each pair. */
export class ClearingNets {
  readonly #nets = new Map<number, ClearingNet>();
  readonly #ledger: Ledger;
  /** Agents of the scenario: all banks are among them, market makers that come later are not. */
  readonly #agents: number;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#agents = ledger.agents.length;
  }

  /** Adds a payment from a client of one bank to a client of another. */
  add(payerBank: Agent, payeeBank: Agent, amount: Decimal): void {
    const forward = payerBank.number < payeeBank.number;
    const [a, b] = forward ? [payerBank, payeeBank] : [payeeBank, payerBank];
    const pair = a.number * this.#agents + b.number;
    let net = this.#nets.get(pair);
    if (net === undefined) {
      net = { a, b, amount: Decimal.ZERO };
      this.#nets.set(pair, net);
      this.#ledger.undoable(() => {
        this.#nets.delete(pair);
      });
    }
    const changed = net;
    const before = net.amount;
    net.amount = forward ? before.plus(amount) : before.minus(amount);
    this.#ledger.undoable(() => {
      changed.amount = before;
    });
  }

  /** The nets of the day; afterwards a new day begins. */
  take(): readonly ClearingNet[] {
    const nets = [...this.#nets.values()];
    this.#nets.clear();
    return nets;
  }
}
