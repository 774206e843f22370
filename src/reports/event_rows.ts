/**
 * Events as rows of a table: phase, kind, id, from, to, what, how much, notes (spec 02 11). A row is a list of places of
 * texts; notes have two parts, so that an id in them is no new text.
 *
 * @module
 */
import { plainAmount } from "./event_fields.ts";
import { ByKind, type EventKind } from "./event_kinds.ts";
import { NONE, shown } from "./html.ts";
import { EMPTY_PLACE, NONE_PLACE, type TextPlaces } from "./text_places.ts";
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

/** Places that a row takes: one for each column, and one for the second part of the notes. */
export const ROW_PLACES: number = EVENT_COLUMNS.length + 1;

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
const IDS = [
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
] as const;
const FROM = ["frm", "from", "debtor", "payer", "agent"] as const;
const TO = ["to", "creditor", "payee"] as const;
const SKU = ["sku"] as const;
const QUANTITY = ["qty", "quantity", "delivered_quantity"] as const;
const AMOUNT = ["amount", "price", "amount_paid"] as const;

/** The text of a row, put together. */
type Spelling = (row: number) => string;

/** What fills a column for the events of a kind: one text, the first of some fields that is not empty, or a spelling. */
type Filling =
  | { readonly column: number; readonly text: string }
  | { readonly column: number; readonly fields: readonly string[] }
  | { readonly column: number; readonly spelling: (kind: EventKind) => Spelling };

/** The rows of a kind that a sheet has. */
interface KindRows {
  readonly kind: EventKind;
  readonly rows: number[];
  readonly at: number[];
}

/** Rows of events in the order in which they are added, as texts or in columns of places. */
export class EventSheet {
  readonly #places: TextPlaces;
  readonly #kinds: EventKind[] = [];
  readonly #rows: number[] = [];
  readonly #parts: number[] = [];

  constructor(places: TextPlaces) {
    this.#places = places;
  }

  /** Rows so far. */
  get length(): number {
    return this.#parts.length;
  }

  /** Adds an event; `part` is the place of its part of the day. */
  add(kind: EventKind, row: number, part: number): void {
    this.#kinds.push(kind);
    this.#rows.push(row);
    this.#parts.push(part);
  }

  /** {@linkcode ROW_PLACES} columns, for many rows. A kind at a time: its rows lie side by side in the log. */
  columns(): readonly Int32Array[] {
    const size = this.length;
    const all = new Int32Array(size * ROW_PLACES).fill(NONE_PLACE);
    const columns = Array.from({ length: ROW_PLACES }, (_, i) => all.subarray(i * size, (i + 1) * size));
    columns[PART]?.set(this.#parts);
    for (const i of [NOTES, NOTE_END]) columns[i]?.fill(EMPTY_PLACE);
    for (const { kind, rows, at } of this.#byKind()) {
      for (const filling of fillingsOf(kind)) {
        const column = columns[filling.column];
        if (column !== undefined) fill(filling, kind, this.#places, rows, column, at);
      }
    }
    return columns;
  }

  #byKind(): readonly KindRows[] {
    const found: KindRows[] = [];
    const lists = new ByKind((kind): KindRows => {
      const rows = { kind, rows: [], at: [] };
      found.push(rows);
      return rows;
    });
    this.#kinds.forEach((kind, at) => {
      const list = lists.of(kind);
      list.rows.push(this.#rows[at] ?? 0);
      list.at.push(at);
    });
    return found;
  }

  /** The texts of a row, the same as those in the columns. */
  texts(at: number): string[] {
    const kind = this.#kinds[at];
    const cells = [this.#places.text(this.#parts[at] ?? EMPTY_PLACE), NONE, NONE, NONE, NONE, NONE, NONE, NONE, ""];
    if (kind === undefined) return cells;
    const row = this.#rows[at] ?? 0;
    for (const filling of fillingsOf(kind)) {
      const text = textIn(filling, kind, row);
      if (text === "") continue;
      if (filling.column === NOTE_END) cells[NOTES] += text;
      else cells[filling.column] = text;
    }
    return cells;
  }
}

/** Where each column stands among those of a sheet. */
const PART = 0;
const KIND = 1;
const ID = 2;
const FROM_PARTY = 3;
const TO_PARTY = 4;
const GOODS = 5;
const PIECES = 6;
const MONEY = 7;
const NOTES = 8;
/** What follows the notes without a blank. */
const NOTE_END = 9;

/** The fillings of kinds whose fields are known: every log of a model has the same. */
const FILLINGS = new WeakMap<object, readonly Filling[]>();

/** What fills the columns; those without a filling keep what stands there. */
function fillingsOf(kind: EventKind): readonly Filling[] {
  const known = kind.schema === null ? undefined : FILLINGS.get(kind.schema);
  if (known !== undefined) return known;
  const fillings = [
    { column: KIND, text: kind.name },
    ...firstOf(ID, kind, IDS),
    ...partyFillings(kind),
    ...firstOf(GOODS, kind, SKU),
    ...firstOf(PIECES, kind, QUANTITY),
    ...firstOf(MONEY, kind, AMOUNT),
    ...noteFillings(kind),
  ];
  if (kind.schema !== null) FILLINGS.set(kind.schema, fillings);
  return fillings;
}

/** Fields that the kind cannot have are not looked at. */
function firstOf(column: number, kind: EventKind, names: readonly string[]): readonly Filling[] {
  const fields = names.filter((name) => kind.has(name));
  return fields.length === 0 ? [] : [{ column, fields }];
}

function partyFillings(kind: EventKind): readonly Filling[] {
  const parties = (from: readonly string[], to: readonly string[]) => [
    ...firstOf(FROM_PARTY, kind, from),
    ...firstOf(TO_PARTY, kind, to),
  ];
  switch (kind.name) {
    case "CashDeposited":
      return parties(["customer"], ["bank"]);
    case "CashWithdrawn":
      return parties(["bank"], ["customer"]);
    case "InterbankCleared":
    case "InterbankOvernightCreated":
      return parties(["debtor_bank"], ["creditor_bank"]);
    case "StockCreated":
      return parties(["owner"], []);
    case "dealer_trade":
      return [...parties(["trader"], []), { column: TO_PARTY, spelling: maker }];
    case "ClaimTransferredDealer":
      return parties(["from_holder"], ["to_holder"]);
    default:
      return parties(FROM, TO);
  }
}

/** Who trades with the trader. */
function maker(kind: EventKind): Spelling {
  const passthrough = kind.field("is_passthrough");
  return (row) => passthrough.value(row) === true ? "VBT" : "Dealer";
}

function noteFillings(kind: EventKind): readonly Filling[] {
  const lead = (text: string, field: string) => [
    { column: NOTES, text },
    { column: NOTE_END, fields: [field] },
  ];
  switch (kind.name) {
    case "IntraBankPayment":
      return lead("within ", "bank");
    case "InterbankOvernightCreated":
    case "PayableCreated":
    case "DeliveryObligationCreated":
    case "ClaimTransferredDealer":
      return lead("due day ", "due_day");
    case "PayableRolledOver":
    case "RolloverPartial":
      return lead("due day ", "new_due_day");
    case "InstrumentMerged":
      return lead("takes in ", "removed");
    case "ObligationDefaulted":
      return lead("shortfall ", "shortfall");
  }
  const spelling = SPELLED_NOTES.get(kind.name);
  return spelling === undefined ? [] : [{ column: NOTES, spelling }];
}

/** What a filling writes for one row of a kind; empty for nothing. */
function textIn(filling: Filling, kind: EventKind, row: number): string {
  if ("text" in filling) return filling.text;
  if ("spelling" in filling) return filling.spelling(kind)(row);
  let text = "";
  for (const name of filling.fields) {
    text = kind.field(name).text(row);
    if (text !== "" && text !== NONE) return text;
  }
  return text;
}

/** Fills a column for some rows of a kind: that of `rows[i]` at `at[i]`. */
function fill(
  filling: Filling,
  kind: EventKind,
  places: TextPlaces,
  rows: readonly number[],
  column: Int32Array,
  at: readonly number[],
): void {
  if ("fields" in filling) {
    writeFirst(filling.fields, 0, kind, rows, column, at);
  } else if ("text" in filling) {
    const place = places.place(filling.text);
    for (let i = 0; i < at.length; i++) column[at[i] ?? 0] = place;
  } else {
    const textOf = filling.spelling(kind);
    for (let i = 0; i < at.length; i++) column[at[i] ?? 0] = places.place(textOf(rows[i] ?? 0));
  }
}

/** Writes the first of the fields from number `next` on that is not empty, and leaves what stands there if all are. */
function writeFirst(
  fields: readonly string[],
  next: number,
  kind: EventKind,
  rows: readonly number[],
  column: Int32Array,
  at: readonly number[],
): void {
  kind.field(fields[next] ?? "").write(rows, column, at);
  if (next + 1 >= fields.length) return;
  const gaps: number[] = [];
  for (let i = 0; i < at.length; i++) if ((column[at[i] ?? 0] ?? 0) <= NONE_PLACE) gaps.push(i);
  if (gaps.length === 0) return;
  writeFirst(fields, next + 1, kind, gaps.map((i) => rows[i] ?? 0), column, gaps.map((i) => at[i] ?? 0));
}

/** Notes with more to say than a word and a field, by kind. */
const SPELLED_NOTES: ReadonlyMap<string, (kind: EventKind) => Spelling> = new Map(Object.entries({
  ClientPayment(kind: EventKind): Spelling {
    const [payer, payee] = [kind.field("payer_bank"), kind.field("payee_bank")];
    return (row) => `${payer.text(row)} → ${payee.text(row)}`;
  },
  StockSplit(kind: EventKind): Spelling {
    const [quantity, id] = [kind.field("split_qty"), kind.field("new_id")];
    return (row) => `${quantity.text(row)} split off as ${id.text(row)}`;
  },
  PartialSettlement: partialNote,
  ObligationWrittenOff(kind: EventKind): Spelling {
    const what = kind.field("contract_kind");
    return (row) => what.text(row).replaceAll("_", " ");
  },
  AgentDefaulted(kind: EventKind): Spelling {
    const [shortfall, trigger] = [kind.field("shortfall"), kind.field("trigger_contract")];
    return (row) => `shortfall ${shortfall.text(row)}, trigger ${trigger.text(row) || "default"}`;
  },
  ScheduledActionCancelled(kind: EventKind): Spelling {
    const [action, day] = [kind.field("action"), kind.field("scheduled_day")];
    return (row) => `${action.text(row)} of day ${day.text(row)}`;
  },
  dealer_trade(kind: EventKind): Spelling {
    const [side, price, bucket] = [kind.field("side"), kind.field("unit_price"), kind.field("bucket")];
    return (row) => `${side.text(row)} @ ${price.text(row)} (${bucket.text(row)})`;
  },
}));

function partialNote(kind: EventKind): Spelling {
  const [what, shortfall] = [kind.field("contract_kind"), kind.field("shortfall")];
  const [required, original] = [kind.field("required_quantity"), kind.field("original_amount")];
  const distribution = kind.field("distribution");
  return (row) => {
    const rest = `, shortfall ${shortfall.text(row)}`;
    if (what.text(row) === "delivery_obligation") return `of ${required.text(row)}${rest}`;
    return `of ${original.text(row)}${rest}${meansText(distribution.value(row))}`;
  };
}

/** What a partial payment was made with. */
function meansText(distribution: unknown): string {
  if (!Array.isArray(distribution)) return "";
  let means = "";
  for (const part of distribution) {
    if (typeof part === "object" && part !== null && "method" in part && typeof part.method === "string") {
      const amount = "amount" in part ? plainAmount(part.amount) : plainAmount(null);
      means += `, ${part.method.replaceAll("_", " ")} ${shown(amount)}`;
    }
  }
  return means;
}
