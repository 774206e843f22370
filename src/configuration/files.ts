/**
 * The files in which settings may stand: `.env` and YAML. Keys that nobody knows are told, with the name that was
 * probably meant; values are never part of a message.
 *
 * @module
 */
import { StoreError, UsageError } from "../core/errors.ts";
import { suggestion } from "../core/nearest.ts";
import { parseDotenv } from "./dotenv.ts";
import { isOurVariable, knownKeys, settingOf, variableOfKey, VARIABLES } from "./settings.ts";

/** A value in a file. */
export interface FileEntry {
  readonly value: string;
  /** As people read it: `.env line 3`, `bilancio.yaml s3.bucket`. */
  readonly source: string;
}

/** What a file says. */
export interface ConfigurationFile {
  /** As messages name it. */
  readonly name: string;
  /** By variable. */
  readonly entries: ReadonlyMap<string, FileEntry>;
  readonly warnings: readonly string[];
  /** Whether the permissions of this process hide it. */
  readonly isHidden: boolean;
}

/** Largest file of settings: 1 MiB. */
const LARGEST = 1024 * 1024;

/** The text of a file; null when there is none, undefined when this process may not look. */
function textOf(path: string, name: string): string | null | undefined {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return undefined;
  let bytes: Uint8Array;
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) return null; // a directory of that name is somebody else's
    if (size > LARGEST) throw refusal(`${name} has more than 1 MB; a file of settings is shorter.`);
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    if (error instanceof StoreError) throw error;
    const why = error instanceof Deno.errors.PermissionDenied
      ? "permission denied; change its rights (chmod)"
      : String(error);
    throw refusal(`Cannot read ${name}: ${why}`, error);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refusal(`${name} is no UTF-8 text; save it as UTF-8.`);
  }
}

function refusal(message: string, cause?: unknown): StoreError {
  return new StoreError(message, { store: "configuration", retryable: false }, { cause });
}

function unread(name: string, text: null | undefined): ConfigurationFile {
  return { name, entries: new Map(), warnings: [], isHidden: text === undefined };
}

/**
 * Reads a `.env` file. Variables of other programs in it are none of our business.
 *
 * @throws {ValidationError} naming the broken lines; {@linkcode StoreError} when it cannot be read.
 */
export function readDotenvFile(path: string, name: string): ConfigurationFile {
  const text = textOf(path, name);
  if (typeof text !== "string") return unread(name, text);
  const entries = new Map<string, FileEntry>();
  const warnings: string[] = [];
  for (const { name: variable, value, line } of parseDotenv(text, name)) {
    const source = `${name} line ${line}`;
    if (VARIABLES.has(variable)) entries.set(variable, { value, source });
    else if (isOurVariable(variable)) {
      warnings.push(`${source}: bilancio has no setting ${variable}${suggestion(variable, VARIABLES.keys())}`);
    }
  }
  return { name, entries, warnings, isHidden: false };
}

/**
 * Reads a YAML file of settings: `s3_bucket: x`, `BILANCIO_S3_BUCKET: x` and `s3: {bucket: x}` say the same.
 *
 * @throws {ValidationError} for broken YAML; {@linkcode UsageError} for a value that is no text or number;
 * {@linkcode StoreError} when it cannot be read.
 */
export async function readYamlFile(path: string, name: string): Promise<ConfigurationFile> {
  const text = textOf(path, name);
  if (typeof text !== "string") return unread(name, text);
  const { parseYaml } = await import("../core/yaml_text.ts");
  const document = parseYaml(text, name);
  if (document === null) return { ...unread(name, null) };
  if (!isMap(document)) throw new UsageError(`${name} expects keys with values, such as s3_bucket: my-bucket.`);
  const entries = new Map<string, FileEntry>();
  const warnings: string[] = [];
  for (const { key, shown, value } of flattened(document)) {
    const source = `${name} ${shown}`;
    const variable = variableOfKey(key);
    if (!VARIABLES.has(variable)) {
      warnings.push(`${source}: bilancio has no such setting${suggestion(key.replace(/^BILANCIO_/, ""), knownKeys())}`);
    } else if (value !== null) entries.set(variable, { value: textOfValue(value, variable, source), source });
  }
  return { name, entries, warnings, isHidden: false };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A key with what it stands for. */
interface YamlEntry {
  readonly key: string;
  readonly shown: string;
  readonly value: unknown;
}

/** Keys of the document, and those of maps in it with the name of the map before them. */
function flattened(document: Readonly<Record<string, unknown>>): YamlEntry[] {
  return Object.entries(document).flatMap(([key, value]): YamlEntry[] =>
    isMap(value)
      ? Object.entries(value).map(([inner, value]) => ({ key: `${key}_${inner}`, shown: `${key}.${inner}`, value }))
      : [{ key, shown: key, value }]
  );
}

/** Numbers as the text they were; a secret must be written in quotes, because a number has many spellings. */
function textOfValue(value: unknown, variable: string, source: string): string {
  if (typeof value === "string") return value.trim();
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !isMap(value)) {
    const known = VARIABLES.get(variable);
    if (known === undefined || settingOf(known.setting).secret === undefined) return String(value);
    throw new UsageError(`${source} expects a text in quotes.`);
  }
  throw new UsageError(`${source} expects a text or a number, not ${Array.isArray(value) ? "a list" : typeof value}.`);
}
