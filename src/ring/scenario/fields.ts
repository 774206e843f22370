/**
 * The kinds of field that scenario files are made of, with the reference's sentences for what does not fit and its
 * rules for what may stand for a number. Source: specification chapter 01, sections 6 and A1.
 *
 * @module
 */
import { z } from "zod";
import { Decimal } from "../../core/decimal.ts";

/** Largest power of ten of a number in a file: beyond it exact arithmetic would fill the memory. */
const LARGEST_POWER = 400;

/** What a reader of one value gives: the value, or the sentence that refuses it. */
type Reading<T> = { readonly value: T } | { readonly refusal: string };

const REQUIRED = "Field required";

/** Whether something is a mapping of a file: an object with keys, not a list and not a number. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Decimal);
}

function requiredOr(message: (input: unknown) => string): (issue: { readonly input?: unknown }) => string {
  return (issue) => issue.input === undefined ? REQUIRED : message(issue.input);
}

function read<T>(reader: (value: unknown) => Reading<T>): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    const reading = value === undefined ? { refusal: REQUIRED } : reader(value);
    if ("value" in reading) return reading.value;
    context.issues.push({ code: "custom", message: reading.refusal, input: value });
    return z.NEVER;
  });
}

/** A text. Plain numbers are refused with the hint to quote them. */
export const text: z.ZodString = z.string({
  error: requiredOr((input) =>
    typeof input === "object" && !(input instanceof Decimal) || input === null
      ? "Input should be a valid string"
      : "Input should be a valid string (put it in quotes)"
  ),
});

/** A decimal number, written as a number or as a text; stored as kind decimal (spec 01 1.1). */
export const decimal: z.ZodType<Decimal> = read(readDecimal);

/** A whole number that a double holds exactly. */
export const integer: z.ZodType<number> = read(readInteger);

/** A whole number of any size. */
export const bigInteger: z.ZodType<number | bigint> = read(readBigInteger);

/** True or false; the words and digits that the reference takes for them are accepted. */
export const flag: z.ZodType<boolean> = read(readFlag);

/** One of several words. */
export function choice<const T extends readonly [string, ...string[]]>(words: T): z.ZodType<T[number]> {
  const quoted = words.map((word) => `'${word}'`);
  const last = quoted.pop() ?? "";
  const list = quoted.length > 0 ? `${quoted.join(", ")} or ${last}` : last;
  return z.enum(words, { error: requiredOr(() => `Input should be ${list}`) });
}

/** A list. */
export function list<T extends z.ZodType>(element: T): z.ZodArray<T> {
  return z.array(element, { error: requiredOr(() => "Input should be a valid list") });
}

/** A mapping with the keys of `shape`; others are dropped here and reported by `unknownKeys`. */
export function mapping<T extends z.ZodRawShape>(shape: T, name: string): MappingSchema<T> {
  const message = requiredOr(() => `Input should be a valid dictionary or instance of ${name}`);
  return z.custom<Readonly<Record<string, unknown>>>(isMapping, { error: message }).pipe(z.object(shape));
}

/** What {@linkcode mapping} makes. */
export type MappingSchema<T extends z.ZodRawShape> = z.ZodPipe<
  z.ZodCustom<Readonly<Record<string, unknown>>>,
  z.ZodObject<T>
>;

/** A mapping from any name to a kind of value, in the order of the file. */
export function named<T extends z.ZodType>(value: T): z.ZodPipe<z.ZodCustom<object>, z.ZodRecord<z.ZodString, T>> {
  const message = requiredOr(() => "Input should be a valid dictionary");
  return z.custom<object>(isMapping, { error: message }).pipe(z.record(z.string(), value));
}

/** A mapping that is looked into later. */
export const anyMapping: z.ZodType<Readonly<Record<string, unknown>>> = read((value) =>
  isMapping(value) ? { value } : { refusal: "Input should be a valid dictionary" }
);

/** A field that may be null or missing, which is the same. */
export function optional<T extends z.ZodType>(field: T): z.ZodType<z.output<T> | null> {
  return z.nullish(field).transform((value) => value ?? null);
}

/** A value that a rule of more than its kind accepts or refuses with a sentence; rules around it are then not asked. */
export function ruled<T>(field: z.ZodType<T>, rule: (value: T) => string | undefined): z.ZodType<T> {
  return field.check((context) => {
    const message = rule(context.value);
    if (message === undefined) return;
    context.issues.push({ code: "custom", message, input: context.value, continue: false });
  });
}

function readDecimal(value: unknown): Reading<Decimal> {
  const number = typeof value === "string" ? Decimal.parse(value) ?? unreadable(value) : plainDecimal(value);
  if (!(number instanceof Decimal)) return { refusal: number };
  const power = number.exponent + number.coefficient.toString().length;
  if (Math.abs(power) > LARGEST_POWER || Math.abs(number.exponent) > LARGEST_POWER) {
    return { refusal: `Input should have fewer than ${LARGEST_POWER} digits before and after the point` };
  }
  return { value: number.isInteger ? Decimal.of(number.coefficient, 0) : number };
}

function unreadable(value: string): string {
  return /^\s*[+-]?(nan|inf(inity)?)\s*$/i.test(value)
    ? "Input should be a finite number"
    : "Input should be a valid decimal";
}

function plainDecimal(value: unknown): Decimal | string {
  if (value instanceof Decimal) return value;
  if (typeof value === "bigint") return Decimal.of(value, 0);
  if (typeof value !== "number") return "Decimal input should be an integer, float, string or Decimal object";
  if (!Number.isFinite(value)) return "Input should be a finite number";
  return Number.isSafeInteger(value) ? Decimal.of(value, 0) : Decimal.fromNumber(value);
}

function readBigInteger(value: unknown): Reading<number | bigint> {
  if (typeof value === "boolean") return { value: value ? 1 : 0 };
  const reading = readDecimal(value);
  if ("refusal" in reading) {
    const asText = typeof value === "string" ? ", unable to parse string as an integer" : "";
    return {
      refusal: reading.refusal.includes("finite") ? reading.refusal : `Input should be a valid integer${asText}`,
    };
  }
  if (!reading.value.isIntegral) {
    return { refusal: "Input should be a valid integer, got a number with a fractional part" };
  }
  return { value: reading.value.truncated().coefficient };
}

function readInteger(value: unknown): Reading<number> {
  const reading = readBigInteger(value);
  if ("refusal" in reading) return reading;
  if (typeof reading.value === "number") return { value: reading.value };
  return {
    refusal: `Input should be a valid integer between ${-Number.MAX_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}`,
  };
}

const TRUE_WORDS = new Set(["1", "true", "t", "yes", "y", "on"]);
const FALSE_WORDS = new Set(["0", "false", "f", "no", "n", "off"]);

function readFlag(value: unknown): Reading<boolean> {
  if (typeof value === "boolean") return { value };
  const isScalar = typeof value === "string" || typeof value === "number" || value instanceof Decimal;
  const word = isScalar ? String(value instanceof Decimal ? value.normalized() : value).toLowerCase() : "";
  if (TRUE_WORDS.has(word)) return { value: true };
  if (FALSE_WORDS.has(word)) return { value: false };
  const hint = isScalar ? ", unable to interpret input" : "";
  return { refusal: `Input should be a valid boolean${hint}` };
}
