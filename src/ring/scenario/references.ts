/**
 * Names in a scenario that must name something: agents in actions and in the list of shown balances, kinds of agent and
 * payment methods in payment orders.
 *
 * @module
 */
import type { Issue } from "../../core/errors.ts";
import { suggestion } from "../../core/nearest.ts";
import type { Behaviours } from "../behaviours.ts";
import type { Notes } from "./notes.ts";
import { type Action, type AgentSpec, type RefusedAction, type Scenario, SCENARIO_AGENT_KINDS } from "./types.ts";

type Path = readonly (string | number)[];

/** Kinds that a payment order can be given for; the last two are made by the dealer subsystem. */
const DEBTOR_KINDS: readonly string[] = [...SCENARIO_AGENT_KINDS, "dealer", "vbt"];

/** Ways to pay (spec 01 2.3). */
const PAYMENT_METHODS: readonly string[] = ["bank_deposit", "cash", "reserve_deposit"];

/** The agents that an action names, each with its key in the file. */
function agentsOf(action: Action): readonly (readonly [key: string, id: string])[] {
  switch (action.type) {
    case "mint_reserves":
    case "mint_cash":
      return [["to", action.to]];
    case "transfer_reserves":
      return [["from_bank", action.fromBank], ["to_bank", action.toBank]];
    case "transfer_cash":
    case "transfer_stock":
      return [["from_agent", action.fromAgent], ["to_agent", action.toAgent]];
    case "deposit_cash":
    case "withdraw_cash":
      return [["customer", action.customer], ["bank", action.bank]];
    case "client_payment":
      return [["payer", action.payer], ["payee", action.payee]];
    case "create_stock":
      return [["owner", action.owner]];
    case "create_delivery_obligation":
    case "create_payable":
      return [["from", action.from], ["to", action.to]];
    case "transfer_claim":
      return [["to_agent", action.toAgent]];
  }
}

/** Names that get a suggestion; looking for one costs a comparison with every agent. */
const MOST_SUGGESTED = 20;

/** Finds names of agents that a scenario does not have. */
export class AgentCheck {
  readonly #ids: ReadonlySet<string>;
  #suggested = 0;

  constructor(agents: readonly AgentSpec[]) {
    this.#ids = new Set(agents.map((agent) => agent.id));
  }

  /** One issue for each agent of the action that is not in the scenario; `path` is the action's. */
  issues(action: Action | RefusedAction, path: Path): Issue[] {
    if (action.type === "refused") return [];
    return agentsOf(action)
      .filter(([, id]) => !this.#ids.has(id))
      .map(([key, id]) => ({ path: [...path, action.type, key], message: this.unknown(id) }));
  }

  /** Whether the scenario has the agent. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The sentence about an agent that is not there. */
  unknown(id: string): string {
    const near = this.#suggested++ < MOST_SUGGESTED ? suggestion(id, this.#ids) : "";
    return `There is no agent '${id}'${near}`;
  }
}

/** The list of agents whose balances are shown must name agents, or market makers of a dealer's buckets. */
export function shownBalanceIssues(scenario: Scenario, agents: AgentCheck): Issue[] {
  const { dealer, run } = scenario;
  const buckets = dealer?.enabled ? dealer.buckets.flatMap(({ name }) => [`dealer_${name}`, `vbt_${name}`]) : [];
  const makers = new Set(buckets);
  return (run.show.balances ?? []).flatMap((id, i) =>
    agents.has(id) || makers.has(id) ? [] : [{ path: ["run", "show", "balances", i], message: agents.unknown(id) }]
  );
}

/** Payment orders must name kinds of agent and methods that exist. */
export function checkPaymentOrders(
  mopRank: Readonly<Record<string, readonly string[]>>,
  path: Path,
  behaviours: Behaviours,
  notes: Notes,
): void {
  for (const [kind, methods] of Object.entries(mopRank)) {
    if (!DEBTOR_KINDS.includes(kind)) {
      notes.ignored([{ path: [...path, kind], message: unknownName("kind of agent", kind, DEBTOR_KINDS) }]);
    }
    const unknown = methods.flatMap((method, i) =>
      PAYMENT_METHODS.includes(method)
        ? []
        : [{ path: [...path, kind, i], message: unknownName("payment method", method, PAYMENT_METHODS) }]
    );
    // behaviour: unknownPaymentMethodLoads
    if (behaviours.unknownPaymentMethodLoads) notes.warn(unknown);
    else notes.refuse(unknown);
  }
}

function unknownName(what: string, name: string, known: readonly string[]): string {
  return `Unknown ${what} '${name}'${suggestion(name, known) || `; known: ${known.join(", ")}`}`;
}
