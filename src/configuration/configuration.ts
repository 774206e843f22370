/**
 * The effective settings and where each came from. First hit wins: flag; environment; `.env` in the working directory;
 * `bilancio.yaml` there; `~/.bilancio/config.yaml` (spec 09 8). It works under narrow permissions: only known names are
 * read, one by one, and what may not be read counts as absent and is remembered.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { type ConfigurationFile, readDotenvFile, readYamlFile } from "./files.ts";
import { type SettingName, settingOf, VARIABLES } from "./settings.ts";

/** An environment as far as it may be seen. */
export interface Environment {
  /** The value of a variable, undefined where it is not set or may not be seen. */
  get(name: string): string | undefined;
  /** Whether a variable may be seen at all. */
  isVisible(name: string): boolean;
}

/** Where settings are looked for. */
export interface ConfigurationSources {
  /** Settings that the command line named. */
  readonly flags?: Readonly<Partial<Record<SettingName, string | undefined>>>;
  /** The caller's directory; empty for the directory of the process. */
  readonly directory: string;
  /** The user's own directory; undefined where it is not known. */
  readonly home?: string | undefined;
  readonly env: Environment;
}

/** A value and where it came from, as people read it: `flag --volume`, `environment BILANCIO_VOLUME`, `.env line 3`, ... */
export interface FoundSetting {
  readonly value: string;
  readonly source: string;
}

/** A place in which a setting was found, with its rank: the smallest counts. */
interface Candidate extends FoundSetting {
  readonly rank: number;
}

/** The settings of one command. */
export class Configuration {
  readonly #found: ReadonlyMap<SettingName, Candidate>;

  constructor(
    found: ReadonlyMap<SettingName, Candidate>,
    /** The caller's directory, in which relative paths start. */
    readonly directory: string,
    readonly home: string | undefined,
    /** Sentences about keys that nobody knows, to be shown once. */
    readonly warnings: readonly string[],
    /** What the permissions of this process hide. */
    readonly hidden: { readonly variables: readonly string[]; readonly files: readonly string[] },
  ) {
    this.#found = found;
  }

  /**
   * The effective value of a setting, undefined where none was given. An empty value counts as none.
   *
   * @throws {UsageError} for a value that the setting cannot take, naming its source; a secret is not shown.
   */
  setting(name: SettingName): FoundSetting | undefined {
    const found = this.#found.get(name);
    if (found === undefined) return undefined;
    const { variables, problem, secret } = settingOf(name);
    const allowed = problem?.(found.value);
    if (allowed === undefined) return { value: found.value, source: found.source };
    const named = variables.find((variable) => found.source === `environment ${variable}`);
    const subject = named ?? `${found.source}: ${variables[0]}`;
    const shown = secret === undefined ? `, but is ${JSON.stringify(found.value)}` : "; what it is now is not shown";
    throw new UsageError(`${subject} expects ${allowed}${shown}.`);
  }

  /** Which of two settings comes from the place that counts more; the first when they come from the same one. */
  stronger(first: SettingName, second: SettingName): SettingName | undefined {
    const [a, b] = [this.#found.get(first), this.#found.get(second)];
    if (a === undefined) return b === undefined ? undefined : second;
    return b === undefined || a.rank <= b.rank ? first : second;
  }

  /** What to add to a message about a missing setting: that the permissions hide the place in which it may stand. */
  hint(name: SettingName): string {
    const variables = settingOf(name).variables.filter((variable) => this.hidden.variables.includes(variable));
    const places = [...variables, ...this.hidden.files];
    return places.length === 0 ? "" : ` This task may not see ${places.join(", ")}; deno task -q online may.`;
  }
}

/**
 * Reads the settings. Files that are not there say nothing.
 *
 * @throws {ValidationError} for a file that cannot be understood, naming the line; {@linkcode StoreError} for one that
 * cannot be read.
 *
 * @example
 * ```ts
 * import { readConfiguration } from "./configuration.ts";
 *
 * const env = { get: () => undefined, isVisible: () => true };
 * const configuration = await readConfiguration({ flags: { workers: "4" }, directory: "out/none", env });
 * configuration.setting("workers"); // { value: "4", source: "flag --workers" }
 * ```
 */
export async function readConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const { flags = {}, directory, home, env } = sources;
  const inDirectory = (name: string) => directory === "" ? name : `${directory.replace(/[\\/]$/, "")}/${name}`;
  const files: ConfigurationFile[] = [
    readDotenvFile(inDirectory(".env"), ".env"),
    await readYamlFile(inDirectory("bilancio.yaml"), "bilancio.yaml"),
    ...(home === undefined || home === ""
      ? []
      : [await readYamlFile(`${home}/.bilancio/config.yaml`, "~/.bilancio/config.yaml")]),
  ];
  const found = new Map<SettingName, Candidate>();
  const offer = (name: SettingName, candidate: Candidate) => {
    const before = found.get(name);
    if (candidate.value !== "" && (before === undefined || candidate.rank < before.rank)) found.set(name, candidate);
  };
  for (const [variable, { setting, rank }] of VARIABLES) {
    const flag = flags[setting];
    if (flag !== undefined) offer(setting, { value: flag, source: `flag --${setting.replaceAll("_", "-")}`, rank: 0 });
    const value = env.get(variable);
    if (value !== undefined) {
      offer(setting, { value: value.trim(), source: `environment ${variable}`, rank: 1 + rank / 8 });
    }
    files.forEach((file, place) => {
      const entry = file.entries.get(variable);
      if (entry !== undefined) offer(setting, { ...entry, rank: 2 + place + rank / 8 });
    });
  }
  return new Configuration(
    found,
    directory,
    home,
    files.flatMap((file) => file.warnings),
    {
      variables: [...VARIABLES.keys()].filter((variable) => !env.isVisible(variable)),
      files: files.filter((file) => file.isHidden).map((file) => file.name),
    },
  );
}

/** The environment of this process. Nobody is asked for a permission: what may not be seen is not there. */
export function processEnvironment(): Environment {
  const isVisible = (name: string) => Deno.permissions.querySync({ name: "env", variable: name }).state === "granted";
  return { isVisible, get: (name) => isVisible(name) ? Deno.env.get(name) : undefined };
}

/** {@linkcode readConfiguration} for this process: its environment, and the home directory that it names. */
export async function processConfiguration(
  directory: string,
  flags: ConfigurationSources["flags"] = {},
): Promise<Configuration> {
  const env = processEnvironment();
  const home = env.get(Deno.build.os === "windows" ? "USERPROFILE" : "HOME");
  return await readConfiguration({ flags, directory, home, env });
}
