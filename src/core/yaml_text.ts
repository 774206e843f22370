/**
 * Reads YAML 1.2 (its core schema) with exact numbers: a plain number becomes a {@linkcode Decimal}, of kind integer for
 * integer syntax, and quoted text stays text. What a hostile or broken file can do is refused with one sentence.
 *
 * Writing is in `yaml_format.ts`, which loads nothing.
 *
 * @module
 */
import { LoaderState, type ScalarType, YamlSyntaxError } from "@std/yaml";
import { Decimal } from "./decimal.ts";
import { type Issue, ValidationError } from "./errors.ts";

/** Longest YAML text that is read, in UTF-16 units. */
export const YAML_TEXT_LIMIT: number = 64 * 1024 * 1024;
/** Most values of a document, with every alias counted as often as it is used. */
export const YAML_NODE_LIMIT = 5_000_000;
/** Deepest nesting of lists and maps. */
export const YAML_DEPTH_LIMIT = 200;
/** Longest plain number, in characters. */
const NUMBER_LIMIT = 1000;

const NULL = /^(?:~|null|Null|NULL)?$/;
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;
const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** A rule that a scalar breaks. */
class Problem {
  constructor(readonly message: string) {}
}

/**
 * A scalar between the loader and the walk over the finished document. It still knows its text, because a number that
 * stands as a key is that text.
 */
class PendingScalar {
  constructor(readonly text: string, readonly value: () => unknown) {}
  toString(): string {
    return this.text;
  }
  /** Keeps the loader from taking a key of this class for a map. */
  get [Symbol.toStringTag](): string {
    return "PendingScalar";
  }
}

/** The loader drops an alias whose value counts as false: an empty text, or nothing at all. */
class AliasKeepingLoader extends LoaderState {
  override readAlias(): unknown {
    const value = super.readAlias();
    return value === null || value === "" ? new PendingScalar(value ?? "", () => value) : value;
  }
}

function numberScalar(text: string, read: (text: string) => Decimal | undefined): PendingScalar {
  return new PendingScalar(text, () => {
    if (NOT_FINITE.test(text)) return new Problem("a number must be finite");
    if (text.length > NUMBER_LIMIT) return new Problem(`a number has at most ${NUMBER_LIMIT} characters`);
    return read(text) ?? new Problem("the number is out of range");
  });
}

function integerOf(text: string): Decimal {
  if (/^0[ox]/.test(text) || !/^[-+]/.test(text)) return Decimal.integer(BigInt(text));
  const magnitude = BigInt(text.slice(1));
  return Decimal.integer(text.startsWith("-") ? -magnitude : magnitude);
}

function scalar(tag: string, fits: (text: string) => boolean, value: (text: string) => unknown): ScalarType {
  return {
    tag,
    kind: "scalar",
    resolve: (text) => fits(text ?? ""),
    construct: (text) => value(text ?? ""),
  };
}

function decimalScalar(text: string): PendingScalar {
  return numberScalar(text, Decimal.parse);
}

const CORE = "tag:yaml.org,2002:";
const NULL_TYPE = scalar(`${CORE}null`, (text) => NULL.test(text), (text) => new PendingScalar(text, () => null));
const BOOLEAN_TYPE = scalar(
  `${CORE}bool`,
  (text) => TRUE.test(text) || FALSE.test(text),
  (text) => new PendingScalar(text, () => TRUE.test(text)),
);
const INTEGER_TYPE = scalar(`${CORE}int`, (text) => INTEGER.test(text), (text) => numberScalar(text, integerOf));
const FLOAT_TYPE = scalar(`${CORE}float`, (text) => FLOAT.test(text) || NOT_FINITE.test(text), decimalScalar);
const TEXT_TYPE = scalar(`${CORE}str`, () => true, (text) => text);
/** The reference's own tag for exact decimals (`spec 01 6`). */
const DECIMAL_TYPE = scalar("!decimal", (text) => Decimal.parse(text) !== undefined, decimalScalar);
const LIST_TYPE = {
  tag: `${CORE}seq`,
  kind: "sequence",
  resolve: () => true,
  construct: (v: unknown) => v ?? [],
} as const;
const MAP_TYPE = {
  tag: `${CORE}map`,
  kind: "mapping",
  resolve: () => true,
  construct: (v: unknown) => v ?? {},
} as const;

const SCALARS = [NULL_TYPE, BOOLEAN_TYPE, INTEGER_TYPE, FLOAT_TYPE, TEXT_TYPE, DECIMAL_TYPE];
const SCHEMA = {
  implicitTypes: [NULL_TYPE, BOOLEAN_TYPE, INTEGER_TYPE, FLOAT_TYPE],
  typeMap: {
    scalar: new Map(SCALARS.map((type) => [type.tag, type])),
    sequence: new Map([[LIST_TYPE.tag, LIST_TYPE]]),
    mapping: new Map([[MAP_TYPE.tag, MAP_TYPE]]),
    fallback: new Map([...SCALARS, LIST_TYPE, MAP_TYPE].map((type) => [type.tag, type])),
  },
};

/**
 * Reads one YAML document: maps as plain objects, lists, text, booleans, null, and a {@linkcode Decimal} for every plain
 * number and for `!decimal "7.5"`. What only YAML 1.1 takes for a number or a boolean (`1_000`, `0b1`, `1:30`, `yes`)
 * is text. An alias gives the same object again.
 *
 * @param subject What is read, such as a file name, for messages.
 * @throws {ValidationError} for broken syntax, a repeated key, numbers that are not finite, and documents past the
 * limits above; syntax with its line and column, both counted from 1.
 */
export function parseYaml(text: string, subject: string): unknown {
  if (text.length > YAML_TEXT_LIMIT) {
    refuse(subject, `the text is longer than ${YAML_TEXT_LIMIT / 1024 / 1024} million characters`);
  }
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const document = readDocument(source, subject);
  return new DocumentWalk(subject, source.includes("*") && source.includes("&")).finish(document);
}

function refuse(subject: string, message: string): never {
  throw new ValidationError(`Failed to parse YAML from ${subject}`, [{ path: [], message }]);
}

function readDocument(source: string, subject: string): unknown {
  try {
    const documents = new AliasKeepingLoader(`${source}\n`, { schema: SCHEMA }).readDocuments({ singleDocument: true });
    const document: unknown = documents.next().value ?? null;
    documents.next();
    return document;
  } catch (error) {
    if (error instanceof YamlSyntaxError) refuse(subject, syntaxMessage(error, source));
    // The loader reads nested lists and maps by recursion.
    if (error instanceof RangeError) refuse(subject, tooDeep());
    throw error;
  }
}

function tooDeep(): string {
  return `lists and maps are nested deeper than ${YAML_DEPTH_LIMIT} levels`;
}

function syntaxMessage(error: YamlSyntaxError, source: string): string {
  const before = source.slice(0, error.offset).split("\n");
  const where = `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
  const rule = error.message.split(/ at line \d+, column \d+|\n/)[0] ?? error.message;
  if (rule.includes("!<!decimal>")) return `the text behind !decimal is no number (${where})`;
  if (!rule.includes("duplicated key")) return `${rule} (${where})`;
  // In a list of pairs between braces the loader points behind the pair.
  const key = /^[^:\n,}\]]*(?=\s*:)/.exec(source.slice(error.offset))?.[0].trim();
  return `${key ? `the key ${key}` : "a key"} stands twice in one map (${where}); keep one of them`;
}

interface Extent {
  /** Values in it, itself included, aliases expanded. */
  readonly size: number;
  /** Levels of lists and maps in it, itself included. */
  readonly height: number;
}

const LEAF: Extent = { size: 1, height: 0 };

/** Puts the numbers into a loaded document, in place, and measures it. */
class DocumentWalk {
  readonly #issues: Issue[] = [];
  readonly #path: (string | number)[] = [];
  /** What is known of lists and maps that an alias may show again; null while one is being walked. */
  readonly #known: Map<object, Extent | null> | undefined;

  constructor(readonly subject: string, hasAliases: boolean) {
    this.#known = hasAliases ? new Map() : undefined;
  }

  finish(document: unknown): unknown {
    const top = [document];
    this.#walk(top, 0);
    if (this.#issues.length > 0) throw new ValidationError(`Failed to parse YAML from ${this.subject}`, this.#issues);
    return top[0];
  }

  #walk(node: object, depth: number): Extent {
    const known = this.#known?.get(node);
    if (known === null) refuse(this.subject, "an alias stands inside of what it names");
    if (known !== undefined) {
      if (depth + known.height > YAML_DEPTH_LIMIT + 1) refuse(this.subject, tooDeep());
      return known;
    }
    if (depth > YAML_DEPTH_LIMIT) refuse(this.subject, tooDeep());
    this.#known?.set(node, null);
    let size = 1;
    let height = 0;
    for (const [key, value] of members(node)) {
      if (depth > 0) this.#path.push(key);
      const extent = this.#member(node, key, value, depth);
      if (depth > 0) this.#path.pop();
      size += extent.size;
      height = Math.max(height, extent.height);
      if (size > YAML_NODE_LIMIT) {
        refuse(this.subject, `the document has more than ${YAML_NODE_LIMIT} values once its aliases are written out`);
      }
    }
    const extent = { size, height: height + 1 };
    this.#known?.set(node, extent);
    return extent;
  }

  #member(node: object, key: string | number, value: unknown, depth: number): Extent {
    if (typeof value !== "object" || value === null) return LEAF;
    if (!(value instanceof PendingScalar)) return this.#walk(value, depth + 1);
    const read = value.value();
    if (read instanceof Problem) {
      this.#issues.push({ path: [...this.#path], message: read.message, value: value.text.slice(0, 40) });
    } else {
      Reflect.set(node, key, read);
    }
    return LEAF;
  }
}

function members(node: object): Iterable<[string | number, unknown]> {
  return Array.isArray(node) ? node.entries() : Object.entries(node);
}
