/**
 * Actions as they stand in a scenario file: their fields, their rules, and how one is read.
 * Source: specification chapter 01, sections 7 and A1.2.
 *
 * @module
 */
import { z } from "zod";
import type { Decimal } from "../../core/decimal.ts";
import { type Issue, SimulationError, ValidationError } from "../../core/errors.ts";
import { suggestion } from "../../core/nearest.ts";
import { decimal, integer, isMapping, optional, ruled, text } from "./fields.ts";
import { fieldIssues } from "./issues.ts";
import { pythonText } from "./python_text.ts";
import type { Action, ActionType, RefusedAction } from "./types.ts";
import { unknownKeys } from "./unknown_keys.ts";

/** How strictly a file is read. */
export interface ReadingMode {
  /** Files of the reference: what it ignores is a warning. */
  readonly reference: boolean;
}

const amount = ruled(decimal, (value: Decimal) => value.sign > 0 ? undefined : "Value error, Amount must be positive");
const unitPrice = ruled(
  decimal,
  (value: Decimal) => value.sign >= 0 ? undefined : "Value error, Unit price cannot be negative",
);
const quantity = ruled(
  integer,
  (value: number) => value > 0 ? undefined : "Value error, Quantity must be positive",
);
const dueDay = ruled(
  integer,
  (value: number) => value >= 0 ? undefined : "Value error, Due day cannot be negative",
);
const alias = optional(text);

function minting(type: "mint_reserves" | "mint_cash") {
  return z.object({ to: text, amount, alias }).transform((fields): Action => ({ type, ...fields }));
}

function banking(type: "deposit_cash" | "withdraw_cash") {
  return z.object({ customer: text, bank: text, amount }).transform((fields): Action => ({ type, ...fields }));
}

const claimFields = z.object({ contract_alias: optional(text), contract_id: optional(text), to_agent: text });

function claimProblem(claim: z.output<typeof claimFields>): string | undefined {
  if (!claim.contract_alias && !claim.contract_id) {
    return "Value error, Either contract_alias or contract_id must be provided";
  }
  return claim.to_agent === "" ? "Value error, to_agent is required" : undefined;
}

/** One schema for each action, in the order in which the reference looks for them (spec 01 7). */
const ACTIONS: Readonly<Record<ActionType, z.ZodType<Action>>> = {
  mint_reserves: minting("mint_reserves"),
  mint_cash: minting("mint_cash"),
  transfer_reserves: z.object({ from_bank: text, to_bank: text, amount }).transform((fields): Action => ({
    type: "transfer_reserves",
    fromBank: fields.from_bank,
    toBank: fields.to_bank,
    amount: fields.amount,
  })),
  transfer_cash: z.object({ from_agent: text, to_agent: text, amount }).transform((fields): Action => ({
    type: "transfer_cash",
    fromAgent: fields.from_agent,
    toAgent: fields.to_agent,
    amount: fields.amount,
  })),
  deposit_cash: banking("deposit_cash"),
  withdraw_cash: banking("withdraw_cash"),
  client_payment: z.object({ payer: text, payee: text, amount }).transform((fields): Action => ({
    type: "client_payment",
    ...fields,
  })),
  create_stock: z.object({ owner: text, sku: text, quantity, unit_price: unitPrice }).transform((fields): Action => ({
    type: "create_stock",
    owner: fields.owner,
    sku: fields.sku,
    quantity: fields.quantity,
    unitPrice: fields.unit_price,
  })),
  transfer_stock: z.object({ from_agent: text, to_agent: text, sku: text, quantity }).transform((fields): Action => ({
    type: "transfer_stock",
    fromAgent: fields.from_agent,
    toAgent: fields.to_agent,
    sku: fields.sku,
    quantity: fields.quantity,
  })),
  create_delivery_obligation: z.object({
    from: text,
    to: text,
    sku: text,
    quantity,
    unit_price: unitPrice,
    due_day: dueDay,
    alias,
  }).transform(({ unit_price, due_day, ...fields }): Action => ({
    type: "create_delivery_obligation",
    ...fields,
    unitPrice: unit_price,
    dueDay: due_day,
  })),
  create_payable: z.object({
    from: text,
    to: text,
    amount,
    due_day: dueDay,
    alias,
    maturity_distance: optional(integer),
  }).transform(({ due_day, maturity_distance, ...fields }): Action => ({
    type: "create_payable",
    ...fields,
    dueDay: due_day,
    maturityDistance: maturity_distance,
  })),
  transfer_claim: ruled(claimFields, claimProblem).transform((fields): Action => ({
    type: "transfer_claim",
    contractAlias: fields.contract_alias,
    contractId: fields.contract_id,
    toAgent: fields.to_agent,
  })),
};

/** The names of all actions, in the order of {@linkcode ACTIONS}. */
const ACTION_TYPES: readonly ActionType[] = Object.keys(ACTIONS).filter((key): key is ActionType => key in ACTIONS);

/** What reading an action gave. Paths start inside the action, with its name. */
export interface ActionReading {
  /** Null when there is a problem. */
  readonly action: Action | null;
  readonly problems: readonly Issue[];
  /** What the reference ignores. */
  readonly warnings: readonly Issue[];
  /** The error of the reference for this action, null when there is no problem. */
  readonly error: Error | null;
}

/** Reads one action; never throws. */
export function readAction(source: Readonly<Record<string, unknown>>, mode: ReadingMode): ActionReading {
  const keys = Object.keys(source);
  const type = ACTION_TYPES.find((candidate) => Object.hasOwn(source, candidate));
  if (type === undefined) return unknownAction(source, keys);
  const ignored = keys.filter((key) => key !== type).map((key): Issue => ({
    path: [key],
    message: `An action has one key: this one is ${type}, write the other as an action of its own`,
  }));
  const payload = source[type];
  if (!isMapping(payload)) return refusedPayload(type, payload);
  const strangers = unknownKeys(ACTIONS[type], payload, [type]);
  const parsed = ACTIONS[type].safeParse(payload, { reportInput: true });
  const broken = parsed.success ? [] : fieldIssues(parsed.error);
  const surplus = [...ignored, ...strangers];
  const problems = [...broken.map((issue) => under(type, issue)), ...(mode.reference ? [] : surplus)];
  return {
    action: parsed.success && problems.length === 0 ? parsed.data : null,
    problems,
    warnings: mode.reference ? surplus : [],
    error: problems.length === 0 ? null : broken.length === 0 ? combined(problems) : fieldError(type, broken),
  };
}

/** The action, or what the engine throws in its place when it gets there. */
export function actionOrRefusal(reading: ActionReading): Action | RefusedAction {
  return reading.action ?? { type: "refused", error: reading.error ?? combined(reading.problems) };
}

function under(type: ActionType, issue: Issue): Issue {
  return { ...issue, path: [type, ...issue.path] };
}

function combined(problems: readonly Issue[]): ValidationError {
  return new ValidationError("Action validation failed", problems);
}

/** spec 01 7: `N validation error(s) for <Model>`, the model being the action's name in camel case. */
function fieldError(type: ActionType, problems: readonly Issue[]): ValidationError {
  const model = type.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const plural = problems.length === 1 ? "" : "s";
  return new ValidationError(`${problems.length} validation error${plural} for ${model}`, problems);
}

function unknownAction(source: Readonly<Record<string, unknown>>, keys: readonly string[]): ActionReading {
  const [first] = keys;
  const near = first === undefined ? "" : suggestion(first, ACTION_TYPES);
  const known = near === "" ? `; known: ${ACTION_TYPES.join(", ")}` : near;
  const problem: Issue = first === undefined
    ? { path: [], message: `An action needs one key, its name${known}` }
    : { path: [first], message: `Unknown action${known}` };
  // spec 01 7: the sentence of the reference.
  const error = new SimulationError(`Unknown action type in: ${pythonText(source)}`, { rule: "action" });
  return { action: null, problems: [problem], warnings: [], error };
}

function refusedPayload(type: ActionType, payload: unknown): ActionReading {
  const message = payload === null || payload === undefined
    ? "Input should be a valid dictionary; it is empty"
    : "Input should be a valid dictionary";
  const problem: Issue = { path: [type], message };
  return { action: null, problems: [problem], warnings: [], error: combined([problem]) };
}
