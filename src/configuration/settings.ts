/**
 * The settings of the platform: by which variables and keys each is known, what a value must look like, and which of
 * them are secrets (spec 09 8).
 *
 * @module
 */

/** A setting: what it is called outside, and what it may be. */
export interface Setting {
  /** Environment variables, the first one that is set counts. Keys of a file are these names, or their ends in lower case. */
  readonly variables: readonly string[];
  readonly summary: string;
  /** Never shown; shown with its password masked when it is an address. */
  readonly secret?: "whole" | "address";
  /** What a value must be, as the end of the sentence "... expects"; undefined when it is. */
  readonly problem?: (value: string) => string | undefined;
}

const PREFIX = "BILANCIO_";

/** `S3_X` before `R2_X`: both are known for everything about object storage. */
function storage(name: string): readonly string[] {
  return [`${PREFIX}S3_${name}`, `${PREFIX}R2_${name}`];
}

function address(...protocols: readonly string[]): (value: string) => string | undefined {
  const allowed = `an address such as ${protocols[0]}//host`;
  return (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return url !== undefined && protocols.includes(url.protocol) && url.hostname !== "" ? undefined : allowed;
  };
}

function matching(form: RegExp, allowed: string): (value: string) => string | undefined {
  return (value) => form.test(value) ? undefined : allowed;
}

/** What a Postgres address without a host (a socket) may look like, too. */
function postgresProblem(value: string): string | undefined {
  return /^postgres(?:ql)?:\/\/./.test(value) && URL.canParse(value)
    ? undefined
    : "an address such as postgres://user:password@host:5432/database";
}

function volumeProblem(value: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return value.includes("\0") ? "a directory" : undefined;
  return /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[^\0]*)?$/.test(value) && !/\/\.{1,2}(?:\/|$)/.test(value)
    ? undefined
    : "a directory or s3://bucket/prefix";
}

function prefixProblem(value: string): string | undefined {
  const parts = value.replace(/\/$/, "").split("/");
  return parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\0\\]/.test(part))
    ? undefined
    : "a path without . and .., such as studies/2026";
}

/** Most workers of a pool. */
const MOST_WORKERS = 1024;

function workersProblem(value: string): string | undefined {
  const number = /^[0-9]{1,4}$/.test(value) ? Number(value) : 0;
  return number >= 1 && number <= MOST_WORKERS ? undefined : `a whole number from 1 to ${MOST_WORKERS}`;
}

const SECRET_TEXT = matching(/^[\x21-\x7e]+$/, "text without blanks");

/** Every setting, in the order in which `bilancio config` shows them. */
export const SETTINGS = {
  database_url: {
    variables: [`${PREFIX}DATABASE_URL`],
    summary: "Postgres that holds registries, jobs and recorded runs",
    secret: "address",
    problem: postgresProblem,
  },
  supabase_url: {
    variables: [`${PREFIX}SUPABASE_URL`],
    summary: "hosted REST interface, for reading without database credentials",
    secret: "address",
    problem: address("https:", "http:"),
  },
  supabase_anon_key: {
    variables: [`${PREFIX}SUPABASE_ANON_KEY`],
    summary: "its public key",
    secret: "whole",
    problem: SECRET_TEXT,
  },
  s3_endpoint: {
    variables: storage("ENDPOINT"),
    summary: "object storage",
    secret: "address",
    problem: address("https:", "http:"),
  },
  s3_account_id: {
    variables: [`${PREFIX}R2_ACCOUNT_ID`, `${PREFIX}S3_ACCOUNT_ID`],
    summary: "account at Cloudflare R2, from which the endpoint follows",
    problem: matching(/^[0-9A-Za-z-]{1,64}$/, "letters and digits"),
  },
  s3_access_key_id: {
    variables: storage("ACCESS_KEY_ID"),
    summary: "key of the object storage",
    secret: "whole",
    problem: SECRET_TEXT,
  },
  s3_secret_access_key: {
    variables: storage("SECRET_ACCESS_KEY"),
    summary: "its secret",
    secret: "whole",
    problem: SECRET_TEXT,
  },
  s3_session_token: {
    variables: storage("SESSION_TOKEN"),
    summary: "token of a temporary key",
    secret: "whole",
    problem: SECRET_TEXT,
  },
  s3_region: {
    variables: storage("REGION"),
    summary: "region of the object storage",
    problem: matching(/^[a-z0-9-]{2,40}$/, "a region such as us-east-1"),
  },
  s3_bucket: {
    variables: storage("BUCKET"),
    summary: "bucket for artifacts",
    problem: matching(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'a bucket: 3 to 63 small letters, digits, "-" and "."',
    ),
  },
  s3_prefix: {
    variables: storage("PREFIX"),
    summary: "what stands before all names in the bucket",
    problem: prefixProblem,
  },
  volume: {
    variables: [`${PREFIX}VOLUME`],
    summary: "where remote workers leave experiments: a directory or s3://bucket/prefix",
    secret: "address",
    problem: volumeProblem,
  },
  workers: {
    variables: [`${PREFIX}WORKERS`],
    summary: "workers of the pool",
    problem: workersProblem,
  },
  llm_base_url: {
    variables: [`${PREFIX}LLM_BASE_URL`],
    summary: "language model that proposes policies",
    secret: "address",
    problem: address("https:", "http:"),
  },
  llm_key: {
    variables: [`${PREFIX}LLM_KEY`],
    summary: "its key",
    secret: "whole",
    problem: SECRET_TEXT,
  },
  llm_model: { variables: [`${PREFIX}LLM_MODEL`], summary: "its name" },
} as const satisfies Readonly<Record<string, Setting>>;

/** Name of a setting: `database_url`, `s3_bucket`, ... */
export type SettingName = keyof typeof SETTINGS;

/** A setting by name, seen as a {@linkcode Setting}. */
export function settingOf(name: SettingName): Setting {
  return SETTINGS[name];
}

/** Whether a text names a setting. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** The names of all settings, in order. */
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName);

/** A variable by which a setting is known; of one setting, a smaller rank counts before a larger one. */
export interface Variable {
  readonly setting: SettingName;
  readonly rank: number;
}

/** Settings by variable. */
export const VARIABLES: ReadonlyMap<string, Variable> = new Map(
  SETTING_NAMES.flatMap((setting) =>
    settingOf(setting).variables.map((variable, rank) => [variable, { setting, rank }] as const)
  ),
);

/** The variable that a key of a file stands for: `s3_bucket` and `BILANCIO_S3_BUCKET` are one. */
export function variableOfKey(key: string): string {
  return key.startsWith(PREFIX) ? key : PREFIX + key.toUpperCase();
}

/** Keys of a file, as people write them: for the nearest name of an unknown one. */
export function knownKeys(): string[] {
  return [...VARIABLES.keys()].map((variable) => variable.slice(PREFIX.length).toLowerCase());
}

/** Whether a variable claims to be ours; those for tests are not settings. */
export function isOurVariable(variable: string): boolean {
  return variable.startsWith(PREFIX) && !variable.startsWith(`${PREFIX}TEST_`);
}
