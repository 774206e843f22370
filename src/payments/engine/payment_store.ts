/**
 * All payments of a simulation in columns. A payment is its number, counted in order of creation; ids are made when
 * someone reads them.
 *
 * @module
 */
import { type ColumnValues, numberedTexts } from "../../core/column_values.ts";
import { panic } from "../errors.ts";

/** Status codes of {@linkcode PaymentStore.status} (spec 05 2.2). */
export const PENDING = 0;
export const SETTLED = 1;
export const OVERDUE = 2;
export const PARTIALLY_SETTLED = 3;

/** No tick, no parent, no RTGS priority. */
export const NONE = -1;

/** Highest priority; larger ones are lowered to it. */
export const MAX_PRIORITY = 10;

const FIRST_CAPACITY = 256;

/** The ids that the engine gives: a prefix and the digits of a serial number. */
export const ID_PREFIX = "00000000-0000-0000-0000-";
export const ID_DIGITS = 12;
const OWN_ID = /^00000000-0000-0000-0000-([0-9a-f]{12})$/;

/** The serial number in an id that the engine gave, undefined for other ids. */
export function serialOf(id: string): number | undefined {
  const digits = OWN_ID.exec(id)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** What a new payment is made of; agents are numbers. */
export interface NewPayment {
  readonly sender: number;
  readonly receiver: number;
  readonly amount: number;
  readonly arrivalTick: number;
  readonly deadlineTick: number;
  readonly priority: number;
  readonly parent: number;
}

/** The columns of all payments. Times in ticks, amounts in cents. */
export class PaymentStore {
  length = 0;
  sender: Int32Array = new Int32Array(FIRST_CAPACITY);
  receiver: Int32Array = new Int32Array(FIRST_CAPACITY);
  amount: Float64Array = new Float64Array(FIRST_CAPACITY);
  remaining: Float64Array = new Float64Array(FIRST_CAPACITY);
  arrivalTick: Float64Array = new Float64Array(FIRST_CAPACITY);
  deadlineTick: Float64Array = new Float64Array(FIRST_CAPACITY);
  priority: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  originalPriority: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  status: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  /** The tick of settlement or of becoming overdue. */
  statusTick: Float64Array = new Float64Array(FIRST_CAPACITY);
  parent: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** 0 to 2, or {@linkcode NONE}. */
  rtgsPriority: Int8Array = new Int8Array(FIRST_CAPACITY);
  rtgsSubmissionTick: Float64Array = new Float64Array(FIRST_CAPACITY);
  declaredRtgsPriority: Int8Array = new Int8Array(FIRST_CAPACITY);
  /** How many entries of the central queue name the payment. */
  queue2Entries: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  /** Ids of payments that a checkpoint brought, where they are not the ids that this store would give. */
  #givenIds: Map<number, string> | undefined;
  #numbers: Map<string, number> | undefined;
  /** What is added to a number to get the serial number in its id. */
  #serialOffset = 0;

  /** Appends a pending payment and gives its number. @throws {PaymentsError} a panic for amounts or deadlines of nothing. */
  add(payment: NewPayment): number {
    if (payment.amount <= 0) throw panic("amount must be positive");
    if (payment.deadlineTick <= payment.arrivalTick) throw panic("deadline must be after arrival");
    const number = this.length;
    if (number === this.sender.length) this.#grow();
    const priority = Math.min(payment.priority, MAX_PRIORITY);
    this.sender[number] = payment.sender;
    this.receiver[number] = payment.receiver;
    this.amount[number] = payment.amount;
    this.remaining[number] = payment.amount;
    this.arrivalTick[number] = payment.arrivalTick;
    this.deadlineTick[number] = payment.deadlineTick;
    this.priority[number] = priority;
    this.originalPriority[number] = priority;
    this.status[number] = PENDING;
    this.statusTick[number] = NONE;
    this.parent[number] = payment.parent;
    this.rtgsPriority[number] = NONE;
    this.rtgsSubmissionTick[number] = NONE;
    this.declaredRtgsPriority[number] = NONE;
    this.queue2Entries[number] = 0;
    this.length = number + 1;
    return number;
  }

  #grow(): void {
    const size = this.sender.length * 2;
    this.sender = grownInt32(this.sender, size);
    this.receiver = grownInt32(this.receiver, size);
    this.parent = grownInt32(this.parent, size);
    this.amount = grownFloat64(this.amount, size);
    this.remaining = grownFloat64(this.remaining, size);
    this.arrivalTick = grownFloat64(this.arrivalTick, size);
    this.deadlineTick = grownFloat64(this.deadlineTick, size);
    this.statusTick = grownFloat64(this.statusTick, size);
    this.rtgsSubmissionTick = grownFloat64(this.rtgsSubmissionTick, size);
    this.priority = grownUint8(this.priority, size);
    this.originalPriority = grownUint8(this.originalPriority, size);
    this.status = grownUint8(this.status, size);
    this.queue2Entries = grownUint8(this.queue2Entries, size);
    this.rtgsPriority = grownInt8(this.rtgsPriority, size);
    this.declaredRtgsPriority = grownInt8(this.declaredRtgsPriority, size);
  }

  /** The id of a payment. */
  id(number: number): string {
    const given = this.#givenIds?.get(number);
    return given ?? ID_PREFIX + (number + this.#serialOffset).toString(16).padStart(ID_DIGITS, "0");
  }

  /** The ids of payments as a column; null for {@linkcode NONE}. */
  idColumn(numbers: Int32Array): ColumnValues {
    if (this.#givenIds !== undefined) {
      return Array.from(numbers, (number) => number === NONE ? null : this.id(number));
    }
    const serials = Float64Array.from(numbers, (number) => number === NONE ? NaN : number + this.#serialOffset);
    return numberedTexts(serials, ID_PREFIX, ID_DIGITS);
  }

  /** The number of the payment with an id, undefined when there is none. */
  find(id: string): number | undefined {
    const given = this.#numbers?.get(id);
    if (given !== undefined) return given;
    const serial = serialOf(id);
    if (serial === undefined) return undefined;
    const number = serial - this.#serialOffset;
    return number >= 0 && number < this.length && !this.#givenIds?.has(number) ? number : undefined;
  }

  /**
   * Names the payments so far by ids that came with a checkpoint. Payments made later get serial numbers above all of
   * them.
   */
  nameBy(ids: readonly string[]): void {
    let next = ids.length;
    for (const id of ids) {
      next = Math.max(next, (serialOf(id) ?? -1) + 1);
    }
    this.#serialOffset = next - ids.length;
    if (ids.every((id, number) => id === this.id(number))) return;
    this.#givenIds = new Map(ids.entries());
    this.#numbers = new Map(ids.map((id, number) => [id, number]));
  }
}

function grownInt32(column: Int32Array, size: number): Int32Array {
  const next = new Int32Array(size);
  next.set(column);
  return next;
}

function grownFloat64(column: Float64Array, size: number): Float64Array {
  const next = new Float64Array(size);
  next.set(column);
  return next;
}

function grownUint8(column: Uint8Array, size: number): Uint8Array {
  const next = new Uint8Array(size);
  next.set(column);
  return next;
}

function grownInt8(column: Int8Array, size: number): Int8Array {
  const next = new Int8Array(size);
  next.set(column);
  return next;
}
