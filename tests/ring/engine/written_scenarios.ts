/**
 * Scenarios written in a few words, and what happened in them in a few words.
 *
 * @module
 */
import { fail } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import type { EventObject } from "../../../src/core/event_log.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/ring/behaviours.ts";
import { balancesCsv } from "../../../src/ring/balances.ts";
import type { RingOutcome } from "../../../src/ring/outcome.ts";
import type {
  Action,
  AgentSpec,
  DefaultHandling,
  RefusedAction,
  Scenario,
  ScenarioAgentKind,
} from "../../../src/ring/scenario/types.ts";
import { csvRecords } from "../../conformance/compare.ts";

/** The number that a text spells. */
export function decimal(text: string | number): Decimal {
  return Decimal.parse(String(text)) ?? fail(`${text} is no number`);
}

/** Actions by the letters of chapter 01 A2: `mint H1 10`, `pay H1 H2 10@1`. */
export const act = {
  mint: (to: string, amount: string | number, alias: string | null = null): Action => ({
    type: "mint_cash",
    to,
    amount: decimal(amount),
    alias,
  }),
  reserves: (to: string, amount: string | number, alias: string | null = null): Action => ({
    type: "mint_reserves",
    to,
    amount: decimal(amount),
    alias,
  }),
  deposit: (customer: string, bank: string, amount: string | number): Action => ({
    type: "deposit_cash",
    customer,
    bank,
    amount: decimal(amount),
  }),
  withdraw: (customer: string, bank: string, amount: string | number): Action => ({
    type: "withdraw_cash",
    customer,
    bank,
    amount: decimal(amount),
  }),
  cash: (fromAgent: string, toAgent: string, amount: string | number): Action => ({
    type: "transfer_cash",
    fromAgent,
    toAgent,
    amount: decimal(amount),
  }),
  moveReserves: (fromBank: string, toBank: string, amount: string | number): Action => ({
    type: "transfer_reserves",
    fromBank,
    toBank,
    amount: decimal(amount),
  }),
  client: (payer: string, payee: string, amount: string | number): Action => ({
    type: "client_payment",
    payer,
    payee,
    amount: decimal(amount),
  }),
  pay: (
    from: string,
    to: string,
    amount: string | number,
    dueDay: number,
    more: { readonly alias?: string; readonly distance?: number } = {},
  ): Action => ({
    type: "create_payable",
    from,
    to,
    amount: decimal(amount),
    dueDay,
    alias: more.alias ?? null,
    maturityDistance: more.distance ?? null,
  }),
  stock: (owner: string, sku: string, quantity: number, unitPrice: string | number): Action => ({
    type: "create_stock",
    owner,
    sku,
    quantity,
    unitPrice: decimal(unitPrice),
  }),
  moveStock: (fromAgent: string, toAgent: string, sku: string, quantity: number): Action => ({
    type: "transfer_stock",
    fromAgent,
    toAgent,
    sku,
    quantity,
  }),
  deliver: (
    from: string,
    to: string,
    sku: string,
    quantity: number,
    unitPrice: string | number,
    dueDay: number,
    alias: string | null = null,
  ): Action => ({
    type: "create_delivery_obligation",
    from,
    to,
    sku,
    quantity,
    unitPrice: decimal(unitPrice),
    dueDay,
    alias,
  }),
  claim: (contractAlias: string | null, toAgent: string, contractId: string | null = null): Action => ({
    type: "transfer_claim",
    contractAlias,
    contractId,
    toAgent,
  }),
};

/** What of a scenario is not the usual. */
export interface ScenarioParts {
  /** Ids; the first letters give the kind: CB, B(ank), H(ousehold), T(reasury), others are firms. */
  readonly agents?: readonly string[];
  readonly initial?: readonly (Action | RefusedAction)[];
  readonly scheduled?: readonly (readonly [day: number, action: Action | RefusedAction])[];
  readonly handling?: DefaultHandling;
  readonly rollover?: boolean;
  readonly maxDays?: number;
  readonly quietDays?: number;
  readonly mopRank?: Scenario["mopRank"];
  readonly behaviours?: Behaviours;
}

function kindOf(id: string): ScenarioAgentKind {
  if (id.startsWith("CB")) return "central_bank";
  if (id.startsWith("B")) return "bank";
  if (id.startsWith("H")) return "household";
  return id.startsWith("T") ? "treasury" : "firm";
}

/** A scenario; fail-fast, 10 days, 2 quiet days and corrected behaviours unless it says otherwise. */
export function scenario(parts: ScenarioParts): Scenario {
  const ids = parts.agents ?? ["CB", "B1", "B2", "H1", "H2", "F", "T"];
  return {
    name: "written",
    description: null,
    agents: ids.map((id): AgentSpec => ({ id, kind: kindOf(id), name: `Agent ${id}` })),
    mopRank: parts.mopRank ?? {},
    initialActions: parts.initial ?? [],
    scheduledActions: (parts.scheduled ?? []).map(([day, action]) => ({ day, action })),
    dealer: null,
    balancedDealer: null,
    run: {
      mode: "until_stable",
      maxDays: parts.maxDays ?? 10,
      quietDays: parts.quietDays ?? 2,
      defaultHandling: parts.handling ?? "fail-fast",
      rolloverEnabled: parts.rollover ?? false,
      show: { balances: null, events: "detailed" },
      export: { balancesCsv: null, eventsJsonl: null },
      behaviours: parts.behaviours ?? CORRECTED,
    },
  };
}

/** A scenario with the reference's behaviours. */
export function referenceScenario(parts: ScenarioParts): Scenario {
  return scenario({ ...parts, behaviours: REFERENCE });
}

/** The reference's behaviours but for one switch, which is corrected. */
export function without(name: keyof Behaviours): Behaviours {
  return { ...REFERENCE, [name]: false };
}

const MARKERS = /^(Phase|Subphase)/;
const UNTOLD = new Set(["kind", "day", "phase", "contract_id", "instr_id", "keep", "removed", "deposit_id", "pid"]);

/** An event as its kind and the values of its fields, without ids: `CashTransferred H1 H2 10`. */
export function told(event: EventObject): string {
  const values = Object.entries(event).filter(([name, value]) =>
    !UNTOLD.has(name) && !/_id$|^id$|trigger_contract|cash_piece_ids/.test(name) && value !== null
  ).map(([name, value]) => {
    if (name !== "distribution" || !Array.isArray(value)) return String(value);
    return `[${
      value.map((share: { method: string; amount: Decimal }) => `${share.method} ${share.amount}`).join(", ")
    }]`;
  });
  return [event.kind, ...values].join(" ");
}

/** The events of the days, or of one day, without the markers of phases. */
export function story(outcome: RingOutcome, day?: number): string[] {
  return [...outcome.log.objects()]
    .filter((event) => event.phase === "simulation" && !MARKERS.test(event.kind))
    .filter((event) => day === undefined || event.day === day)
    .map(told);
}

/** The kinds of events of a day in order. */
export function kinds(outcome: RingOutcome, day: number): string[] {
  return [...outcome.log.objects()].filter((event) => event.phase === "simulation" && event.day === day)
    .map((event) => event.kind);
}

/** A cell of the balances: by row (agent id, or `Total Assets` and the like) and column; empty where there is none. */
export function cell(outcome: RingOutcome, row: string, column: string): string {
  const [header = [], ...rows] = csvRecords(balancesCsv(outcome));
  const found = rows.find((cells) =>
    cells[header.indexOf("item_name")] === row ||
    (cells[header.indexOf("agent_id")] === row && cells[header.indexOf("item_type")] === "")
  );
  return found?.[header.indexOf(column)] ?? "";
}
