/**
 * Columns of rows on their way to a table. A column of whole numbers is one piece of memory, one of few texts a column
 * of codes, one of a single value that value: a value for each row would cost more than to write them.
 *
 * @module
 */

/** A value of a row. */
export type ColumnValue = string | number | bigint | boolean | Date | null;

/** Texts of which few differ. */
export interface CodedTexts {
  readonly kind: "coded";
  readonly length: number;
  /** For each row the place of its text in `texts`; -1 for null. */
  readonly codes: Int32Array;
  readonly texts: readonly string[];
}

/** One value that all rows have. */
export interface SameValue {
  readonly kind: "same";
  readonly length: number;
  readonly value: ColumnValue;
}

/** Texts that differ in a number only, which stands at their end in hexadecimal digits. */
export interface NumberedTexts {
  readonly kind: "numbered";
  readonly length: number;
  readonly prefix: string;
  /** How many digits there are at least. */
  readonly digits: number;
  /** The number of each text; NaN for null. */
  readonly numbers: Float64Array;
}

/** Columns that hold less than a value for each row. */
export type CompactValues = CodedTexts | SameValue | NumberedTexts;

/** The values of one column. NaN in a `Float64Array` stands for null, but for columns of type double. */
export type ColumnValues = ArrayLike<ColumnValue> | CompactValues;

/** Texts by codes; see {@linkcode CodedTexts}. */
export function codedTexts(codes: Int32Array, texts: readonly string[]): CodedTexts {
  return { kind: "coded", length: codes.length, codes, texts };
}

/** The same value in so many rows. */
export function sameValue(value: ColumnValue, length: number): SameValue {
  return { kind: "same", length, value };
}

/** A prefix and whole numbers from 0 on, written with so many hexadecimal digits; see {@linkcode NumberedTexts}. */
export function numberedTexts(numbers: Float64Array, prefix: string, digits: number): NumberedTexts {
  return { kind: "numbered", length: numbers.length, prefix, digits, numbers };
}

/** Whether a column holds less than a value for each row. */
export function isCompact(values: ColumnValues): values is CompactValues {
  return typeof values === "object" && "kind" in values;
}

/** The value in a row, null past the end. */
export function cellAt(values: ColumnValues, row: number): ColumnValue {
  if (isCompact(values)) return row < values.length ? compactCell(values, row) : null;
  const value = values[row] ?? null;
  return values instanceof Float64Array && Number.isNaN(value) ? null : value;
}

function compactCell(values: CompactValues, row: number): ColumnValue {
  switch (values.kind) {
    case "same":
      return values.value;
    case "coded":
      return values.texts[values.codes[row] ?? -1] ?? null;
    case "numbered":
      return numberedText(values, values.numbers[row] ?? NaN);
  }
}

function numberedText({ prefix, digits }: NumberedTexts, number: number): string | null {
  return Number.isNaN(number) ? null : prefix + number.toString(16).padStart(digits, "0");
}

/** A value for each row. */
export function cellsOf(values: ColumnValues): ColumnValue[] {
  return Array.from({ length: values.length }, (_, row) => cellAt(values, row));
}

/** Columns one after the other as one column, of the kind that they have in common. */
export function joinedValues(parts: readonly ColumnValues[]): ColumnValues {
  const [first] = parts;
  if (first === undefined) return [];
  if (parts.length === 1) return first;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (parts.every((part) => part instanceof Float64Array)) return joinedMemory(new Float64Array(length), parts);
  if (parts.every((part) => part instanceof Int32Array)) return joinedMemory(new Int32Array(length), parts);
  return (parts.every(isCompact) ? joinedCompact(length, parts) : undefined) ?? parts.flatMap(cellsOf);
}

function joinedCompact(length: number, parts: readonly CompactValues[]): CompactValues | undefined {
  const [first] = parts;
  if (first?.kind === "same" && parts.every((part) => part.kind === "same" && part.value === first.value)) {
    return sameValue(first.value, length);
  }
  if (first?.kind === "numbered") {
    const numbers = parts.flatMap((part) => part.kind === "numbered" && isAlike(part, first) ? part.numbers : []);
    if (numbers.length < parts.length) return undefined;
    return numberedTexts(joinedMemory(new Float64Array(length), numbers), first.prefix, first.digits);
  }
  const coded = parts.map(asCodedTexts);
  return coded.every((part) => part !== undefined) ? joinedTexts(length, coded) : undefined;
}

function isAlike(a: NumberedTexts, b: NumberedTexts): boolean {
  return a.prefix === b.prefix && a.digits === b.digits;
}

function joinedMemory<T extends Int32Array | Float64Array>(joined: T, parts: readonly T[]): T {
  let start = 0;
  for (const part of parts) {
    joined.set(part, start);
    start += part.length;
  }
  return joined;
}

/** Texts, or nulls, as coded texts; undefined for other values. */
export function asCodedTexts(values: CompactValues): CodedTexts | undefined {
  if (values.kind === "coded") return values;
  if (values.kind === "numbered") return undefined;
  const { value, length } = values;
  if (value === null) return codedTexts(new Int32Array(length).fill(-1), []);
  return typeof value === "string" ? codedTexts(new Int32Array(length), [value]) : undefined;
}

function joinedTexts(length: number, parts: readonly CodedTexts[]): CodedTexts {
  const joined = new Int32Array(length);
  const codeOf = new Map<string, number>();
  let start = 0;
  for (const { codes, texts } of parts) {
    const codesHere = texts.map((text) => {
      const code = codeOf.get(text) ?? codeOf.size;
      codeOf.set(text, code);
      return code;
    });
    for (let row = 0; row < codes.length; row++) joined[start + row] = codesHere[codes[row] ?? -1] ?? -1;
    start += codes.length;
  }
  return codedTexts(joined, [...codeOf.keys()]);
}
