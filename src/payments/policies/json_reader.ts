/**
 * Reads the JSON of a policy document and remembers where everything stands, so that a message can point at it. Object
 * keys that come twice are kept, because which of them count depends on the place (spec 07 2.7). Knows JSON only.
 *
 * @module
 */

/** A place in the text, both counted from 1; columns are UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A key of an object with its value. */
export interface JsonMember {
  readonly key: string;
  readonly at: Place;
  readonly value: JsonNode;
}

/** A JSON value with the place of its first character. */
export type JsonNode =
  & { readonly at: Place }
  & (
    | { readonly kind: "null" }
    | { readonly kind: "boolean"; readonly value: boolean }
    /** `literal` is the number as it is written: an integer of any size, or the digits of a decimal. */
    | { readonly kind: "number"; readonly value: number; readonly literal: string }
    | { readonly kind: "string"; readonly value: string }
    | { readonly kind: "array"; readonly items: readonly JsonNode[] }
    | { readonly kind: "object"; readonly members: readonly JsonMember[] }
  );

/** Text that is not JSON: what is wrong and where. */
export class JsonSyntaxError extends Error {
  override readonly name: string = "JsonSyntaxError";
  constructor(message: string, readonly at: Place) {
    super(message);
  }
}

/** How the digits of a number become a double; undefined when the number is too large for one. */
export type NumberReading = (literal: string) => number | undefined;

/** The double nearest to a literal. */
export function nearestDouble(literal: string): number | undefined {
  const value = Number(literal);
  return Number.isFinite(value) ? value : undefined;
}

/** Objects and arrays may be nested this deep (spec 07 2.7). */
const DEEPEST = 127;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANKS = /[ \t\n\r]*/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const HEXADECIMAL = /[0-9a-fA-F]{4}/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/**
 * Reads one JSON document.
 *
 * @throws {JsonSyntaxError} at the first problem.
 */
export function readJson(text: string, numberReading: NumberReading = nearestDouble): JsonNode {
  return new Reader(text, numberReading).document();
}

class Reader {
  #position = 0;
  /** The line of the last place asked for, and where it starts: places are asked for in ascending order. */
  #line = 1;
  #lineStart = 0;
  #scanned = 0;

  constructor(private readonly text: string, private readonly numberReading: NumberReading) {}

  document(): JsonNode {
    const node = this.#value(0);
    this.#skipBlanks();
    if (this.#position < this.text.length) this.#fail("text after the end of the document");
    return node;
  }

  #value(depth: number): JsonNode {
    this.#skipBlanks();
    const at = this.#place();
    const first = this.text[this.#position];
    if (first === "{" || first === "[") {
      if (depth === DEEPEST) this.#fail(`recursion limit exceeded: nested deeper than ${DEEPEST} levels`);
      return first === "{" ? this.#object(at, depth + 1) : this.#array(at, depth + 1);
    }
    if (first === '"') return { kind: "string", at, value: this.#string() };
    if (this.#word("true")) return { kind: "boolean", at, value: true };
    if (this.#word("false")) return { kind: "boolean", at, value: false };
    if (this.#word("null")) return { kind: "null", at };
    return { kind: "number", at, ...this.#number() };
  }

  #object(at: Place, depth: number): JsonNode {
    const members: JsonMember[] = [];
    this.#position++;
    if (this.#next("}")) return { kind: "object", at, members };
    do {
      this.#skipBlanks();
      const keyAt = this.#place();
      if (this.text[this.#position] !== '"') this.#fail("expected a key in quotes");
      const key = this.#string();
      if (!this.#next(":")) this.#fail("expected `:` after the key");
      members.push({ key, at: keyAt, value: this.#value(depth) });
    } while (this.#next(","));
    if (!this.#next("}")) this.#fail("expected `,` or `}`");
    return { kind: "object", at, members };
  }

  #array(at: Place, depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.#position++;
    if (this.#next("]")) return { kind: "array", at, items };
    do items.push(this.#value(depth)); while (this.#next(","));
    if (!this.#next("]")) this.#fail("expected `,` or `]`");
    return { kind: "array", at, items };
  }

  #string(): string {
    this.#position++;
    let value = "";
    while (true) {
      value += this.#plain();
      const stop = this.text[this.#position];
      if (stop === '"') {
        this.#position++;
        return value;
      }
      if (stop !== "\\") this.#fail(stop === undefined ? "a string does not end" : "a control character in a string");
      value += this.#escape();
    }
  }

  /** Everything up to a quote, a backslash or a control character. */
  #plain(): string {
    const start = this.#position;
    for (; this.#position < this.text.length; this.#position++) {
      const unit = this.text.charCodeAt(this.#position);
      if (unit === QUOTE || unit === BACKSLASH || unit < FIRST_PRINTABLE) break;
    }
    return this.text.slice(start, this.#position);
  }

  #escape(): string {
    const letter = this.text[this.#position + 1] ?? "";
    const simple = ESCAPES.get(letter);
    if (simple !== undefined) {
      this.#position += 2;
      return simple;
    }
    if (letter !== "u") this.#fail("an unknown escape in a string");
    const unit = this.#unit();
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    if (unit > 0xdbff || !this.text.startsWith("\\u", this.#position)) this.#fail("half of a surrogate pair");
    const low = this.#unit();
    if (low < 0xdc00 || low > 0xdfff) this.#fail("half of a surrogate pair");
    return String.fromCharCode(unit, low);
  }

  #unit(): number {
    this.#position += 2;
    const digits = this.#match(HEXADECIMAL);
    if (digits === undefined) this.#fail("expected four hexadecimal digits");
    return Number.parseInt(digits, 16);
  }

  #number(): { readonly value: number; readonly literal: string } {
    const literal = this.#match(NUMBER);
    if (literal === undefined) {
      this.#fail(
        this.#position < this.text.length ? "expected a value" : "the document ends where a value is expected",
      );
    }
    if (/[\d.eE+-]/.test(this.text[this.#position] ?? "")) this.#fail("not a number");
    const value = this.numberReading(literal);
    if (value === undefined) this.#fail(`number out of range: ${literal}`);
    return { value, literal };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }

  #skipBlanks(): void {
    this.#match(BLANKS);
  }

  #word(word: string): boolean {
    if (!this.text.startsWith(word, this.#position)) return false;
    this.#position += word.length;
    return true;
  }

  #next(character: string): boolean {
    this.#skipBlanks();
    return this.#word(character);
  }

  #place(): Place {
    for (; this.#scanned < this.#position; this.#scanned++) {
      if (this.text.charCodeAt(this.#scanned) === 10) {
        this.#line++;
        this.#lineStart = this.#scanned + 1;
      }
    }
    return { line: this.#line, column: this.#position - this.#lineStart + 1 };
  }

  #fail(message: string): never {
    throw new JsonSyntaxError(message, this.#place());
  }
}
