/**
 * Events as rows of a table: phase, kind, id, from, to, what, how much, notes (spec 02 11).
 *
 * @module
 */
import { RING_EVENTS } from "../ring/events.ts";
import { amountOf, firstText, textOf } from "./event_fields.ts";
import { NONE, shown } from "./html.ts";
import type { EventRow } from "./inputs.ts";
import type { Column } from "./table.ts";

/** Columns of an event table. */
export const EVENT_COLUMNS: readonly Column[] = [
  { title: "Phase" },
  { title: "Event" },
  { title: "ID / alias" },
  { title: "From" },
  { title: "To" },
  { title: "SKU" },
  { title: "Quantity", numeric: true },
  { title: "Amount", numeric: true },
  { title: "Notes" },
];

/** The part of a day that begins with a marker event; markers are no rows. Null for every other event. */
export function partOfDay(kind: string): string | null {
  switch (kind) {
    case "PhaseA":
      return "A";
    case "PhaseB":
    case "SubphaseB1":
      return "B1 actions";
    case "SubphaseB_Dealer":
      return "B dealers";
    case "SubphaseB2":
      return "B2 settlement";
    case "SubphaseB_Rollover":
      return "B rollover";
    case "PhaseC":
      return "C clearing";
    default:
      return null;
  }
}

/** Fields that may hold what stands in a column; the first that is not empty does. */
interface Sources {
  readonly ids: readonly string[];
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly sku: readonly string[];
  readonly quantity: readonly string[];
  readonly amount: readonly string[];
}

const SOURCES: Sources = {
  ids: [
    "alias",
    "contract_id",
    "payable_id",
    "obligation_id",
    "pid",
    "id",
    "instr_id",
    "stock_id",
    "ticket_id",
    "keep",
    "original_id",
  ],
  from: ["frm", "from", "debtor", "payer", "agent"],
  to: ["to", "creditor", "payee"],
  sku: ["sku"],
  quantity: ["qty", "quantity", "delivered_quantity"],
  amount: ["amount", "price", "amount_paid"],
};

/** The fields that each kind of event has: a look at those that it cannot have costs more than all the rest of a row. */
const BY_KIND = new Map(
  Object.entries(RING_EVENTS).map(([kind, fields]) => {
    const names = new Set<string>(fields.map(([name]) => name));
    const known = (sources: readonly string[]) => sources.filter((name) => names.has(name));
    return [kind, {
      ids: known(SOURCES.ids),
      from: known(SOURCES.from),
      to: known(SOURCES.to),
      sku: known(SOURCES.sku),
      quantity: known(SOURCES.quantity),
      amount: known(SOURCES.amount),
    }];
  }),
);

/** The cells of an event below {@linkcode EVENT_COLUMNS}, as plain text. */
export function eventCells(event: EventRow, part: string): string[] {
  const sources = BY_KIND.get(event.kind) ?? SOURCES;
  const [from, to] = parties(event, sources);
  return [
    part,
    event.kind,
    firstText(event, sources.ids) || NONE,
    from || NONE,
    to || NONE,
    firstText(event, sources.sku) || NONE,
    firstText(event, sources.quantity) || NONE,
    firstText(event, sources.amount) || NONE,
    notes(event),
  ];
}

function parties(event: EventRow, sources: Sources): [from: string, to: string] {
  switch (event.kind) {
    case "CashDeposited":
      return [textOf(event, "customer"), textOf(event, "bank")];
    case "CashWithdrawn":
      return [textOf(event, "bank"), textOf(event, "customer")];
    case "InterbankCleared":
    case "InterbankOvernightCreated":
      return [textOf(event, "debtor_bank"), textOf(event, "creditor_bank")];
    case "StockCreated":
      return [textOf(event, "owner"), ""];
    case "dealer_trade":
      return [textOf(event, "trader"), event.is_passthrough === true ? "VBT" : "Dealer"];
    case "ClaimTransferredDealer":
      return [textOf(event, "from_holder"), textOf(event, "to_holder")];
    default:
      return [firstText(event, sources.from), firstText(event, sources.to)];
  }
}

function notes(event: EventRow): string {
  switch (event.kind) {
    case "ClientPayment":
      return `${textOf(event, "payer_bank")} → ${textOf(event, "payee_bank")}`;
    case "IntraBankPayment":
      return `within ${textOf(event, "bank")}`;
    case "InterbankOvernightCreated":
    case "PayableCreated":
    case "DeliveryObligationCreated":
      return `due day ${textOf(event, "due_day")}`;
    case "PayableRolledOver":
    case "RolloverPartial":
      return `due day ${textOf(event, "new_due_day")}`;
    case "InstrumentMerged":
      return `takes in ${textOf(event, "removed")}`;
    case "StockSplit":
      return `${textOf(event, "split_qty")} split off as ${textOf(event, "new_id")}`;
    case "PartialSettlement":
      return partialNote(event);
    case "ObligationDefaulted":
      return `shortfall ${textOf(event, "shortfall")}`;
    case "ObligationWrittenOff":
      return textOf(event, "contract_kind").replaceAll("_", " ");
    case "AgentDefaulted":
      return `shortfall ${textOf(event, "shortfall")}, trigger ${textOf(event, "trigger_contract") || "default"}`;
    case "ScheduledActionCancelled":
      return `${textOf(event, "action")} of day ${textOf(event, "scheduled_day")}`;
    case "ClaimTransferredDealer":
      return `due day ${textOf(event, "due_day")}`;
    case "dealer_trade":
      return `${textOf(event, "side")} @ ${textOf(event, "unit_price")} (${textOf(event, "bucket")})`;
    default:
      return "";
  }
}

function partialNote(event: EventRow): string {
  if (event.contract_kind === "delivery_obligation") {
    return `of ${textOf(event, "required_quantity")}, shortfall ${textOf(event, "shortfall")}`;
  }
  let means = "";
  if (Array.isArray(event.distribution)) {
    for (const part of event.distribution) {
      if (typeof part === "object" && part !== null && "method" in part && typeof part.method === "string") {
        means += `, ${part.method.replaceAll("_", " ")} ${shown(amountOf({ kind: "", ...part }, "amount"))}`;
      }
    }
  }
  return `of ${textOf(event, "original_amount")}, shortfall ${textOf(event, "shortfall")}${means}`;
}
