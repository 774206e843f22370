/**
 * The events of the balance-sheet model: every kind with its fields in the order in which a written event shows them.
 * Source: specification chapter 01, section 14. The kinds of the dealer market come with the dealers (spec 01 17.2).
 *
 * Amounts are in the scenario's money unit, quantities in units of the good, days are counted from 0.
 *
 * @module
 */
import type { EventLog, EventSchema } from "../core/event_log.ts";

/**
 * The kinds and fields of the ring model. References `ref:agent` name agents, `ref:contract` contracts and stock lots,
 * which share one numbering. `cash_piece_ids` is a list of contract ids, `distribution` a list of
 * {@linkcode PaymentShare}.
 */
export const RING_EVENTS = {
  CashMinted: [["to", "ref:agent"], ["amount", "decimal"], ["instr_id", "ref:contract"], ["alias", "text", "optional"]],
  ReservesMinted: [
    ["to", "ref:agent"],
    ["amount", "decimal"],
    ["instr_id", "ref:contract"],
    ["alias", "text", "optional"],
  ],
  CashTransferred: [["frm", "ref:agent"], ["to", "ref:agent"], ["amount", "decimal"], ["instr_id", "ref:contract"]],
  ReservesTransferred: [["frm", "ref:agent"], ["to", "ref:agent"], ["amount", "decimal"], ["instr_id", "ref:contract"]],
  InstrumentMerged: [["keep", "ref:contract"], ["removed", "ref:contract"]],
  CashDeposited: [
    ["customer", "ref:agent"],
    ["bank", "ref:agent"],
    ["amount", "decimal"],
    ["cash_piece_ids", "json"],
    ["deposit_id", "ref:contract"],
  ],
  CashWithdrawn: [["customer", "ref:agent"], ["bank", "ref:agent"], ["amount", "decimal"], ["cash_piece_ids", "json"]],
  IntraBankPayment: [["payer", "ref:agent"], ["payee", "ref:agent"], ["bank", "ref:agent"], ["amount", "decimal"]],
  ClientPayment: [
    ["payer", "ref:agent"],
    ["payer_bank", "ref:agent"],
    ["payee", "ref:agent"],
    ["payee_bank", "ref:agent"],
    ["amount", "decimal"],
  ],
  StockCreated: [
    ["owner", "ref:agent"],
    ["sku", "text"],
    ["qty", "int"],
    ["unit_price", "decimal"],
    ["stock_id", "ref:contract"],
  ],
  StockSplit: [
    ["original_id", "ref:contract"],
    ["new_id", "ref:contract"],
    ["sku", "text"],
    ["original_qty", "int"],
    ["split_qty", "int"],
    ["remaining_qty", "int"],
  ],
  StockTransferred: [
    ["frm", "ref:agent"],
    ["to", "ref:agent"],
    ["stock_id", "ref:contract"],
    ["sku", "text"],
    ["qty", "int"],
  ],
  DeliveryObligationCreated: [
    ["id", "ref:contract"],
    ["frm", "ref:agent"],
    ["to", "ref:agent"],
    ["sku", "text"],
    ["qty", "int"],
    ["due_day", "int"],
    ["unit_price", "decimal"],
    ["alias", "text", "optional"],
  ],
  PayableCreated: [
    ["debtor", "ref:agent"],
    ["creditor", "ref:agent"],
    ["amount", "decimal"],
    ["due_day", "int"],
    ["maturity_distance", "int"],
    ["payable_id", "ref:contract"],
    ["alias", "text"],
  ],
  ClaimTransferred: [
    ["contract_id", "ref:contract"],
    ["frm", "ref:agent"],
    ["to", "ref:agent"],
    ["contract_kind", "text"],
    ["amount", "decimal"],
    ["due_day", "int"],
    ["sku", "text"],
    ["alias", "text"],
  ],
  PhaseA: [],
  PhaseB: [],
  SubphaseB1: [],
  SubphaseB2: [],
  SubphaseB_Rollover: [],
  PhaseC: [],
  PayableSettled: [
    ["pid", "ref:contract"],
    ["contract_id", "ref:contract"],
    ["alias", "text"],
    ["debtor", "ref:agent"],
    ["creditor", "ref:agent"],
    ["amount", "decimal"],
  ],
  DeliveryObligationCancelled: [
    ["obligation_id", "ref:contract"],
    ["contract_id", "ref:contract"],
    ["alias", "text"],
    ["debtor", "ref:agent"],
    ["creditor", "ref:agent"],
    ["sku", "text"],
    ["qty", "int"],
  ],
  DeliveryObligationSettled: [
    ["obligation_id", "ref:contract"],
    ["contract_id", "ref:contract"],
    ["alias", "text"],
    ["debtor", "ref:agent"],
    ["creditor", "ref:agent"],
    ["sku", "text"],
    ["qty", "int"],
  ],
  PartialSettlement: [
    ["contract_id", "ref:contract"],
    ["alias", "text"],
    ["debtor", "ref:agent"],
    ["creditor", "ref:agent"],
    ["contract_kind", "text"],
    ["settlement_kind", "text"],
    ["amount_paid", "decimal", "optional"],
    ["delivered_quantity", "int", "optional"],
    ["required_quantity", "int", "optional"],
    ["shortfall", "decimal"],
    ["original_amount", "decimal", "optional"],
    ["distribution", "json", "optional"],
    ["sku", "text", "optional"],
  ],
  ObligationDefaulted: [
    ["contract_id", "ref:contract"],
    ["alias", "text"],
    ["debtor", "ref:agent"],
    ["creditor", "ref:agent"],
    ["contract_kind", "text"],
    ["shortfall", "decimal"],
    ["amount_paid", "decimal", "optional"],
    ["original_amount", "decimal", "optional"],
    ["delivered_quantity", "int", "optional"],
    ["required_quantity", "int", "optional"],
    ["amount", "decimal", "optional"],
    ["sku", "text", "optional"],
    ["qty", "int", "optional"],
  ],
  AgentDefaulted: [
    ["agent", "ref:agent"],
    ["frm", "ref:agent"],
    ["trigger_contract", "ref:contract"],
    ["contract_kind", "text"],
    ["shortfall", "decimal"],
    ["mode", "text"],
  ],
  ObligationWrittenOff: [
    ["contract_id", "ref:contract"],
    ["alias", "text"],
    ["debtor", "ref:agent"],
    ["creditor", "ref:agent"],
    ["contract_kind", "text"],
    ["amount", "decimal"],
    ["due_day", "int", "optional"],
    ["sku", "text", "optional"],
  ],
  ScheduledActionCancelled: [["agent", "ref:agent"], ["scheduled_day", "int"], ["action", "text"], ["mode", "text"]],
  PayableRolledOver: [
    ["debtor", "ref:agent"],
    ["creditor", "ref:agent"],
    ["amount", "decimal"],
    ["new_due_day", "int"],
    ["maturity_distance", "int"],
    ["payable_id", "ref:contract"],
  ],
  RolloverPartial: [
    ["debtor", "ref:agent"],
    ["creditor", "ref:agent"],
    ["amount", "decimal"],
    ["cash_transferred", "decimal"],
    ["new_due_day", "int"],
    ["payable_id", "ref:contract"],
  ],
  InterbankCleared: [["debtor_bank", "ref:agent"], ["creditor_bank", "ref:agent"], ["amount", "decimal"]],
  InterbankOvernightCreated: [
    ["debtor_bank", "ref:agent"],
    ["creditor_bank", "ref:agent"],
    ["amount", "decimal"],
    ["payable_id", "ref:contract"],
    ["due_day", "int"],
  ],
} as const satisfies EventSchema;

/** The log of a run of the ring model, stamped with `day` and the phases `setup` and `simulation`. */
export type RingLog = EventLog<typeof RING_EVENTS>;

/** A kind of event of the ring model. */
export type RingEventKind = keyof typeof RING_EVENTS;

/** The kinds that count as activity in the stop rule (spec 01 12.3). */
export const IMPACT_EVENTS: readonly RingEventKind[] = Object.freeze([
  "PayableSettled",
  "DeliveryObligationSettled",
  "InterbankCleared",
  "InterbankOvernightCreated",
]);
