/**
 * From the content of a scenario file to a complete, checked {@linkcode Scenario}. All problems of a file are reported
 * together. Nothing here reads a file. Source: specification chapter 01, section 6.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { type Issue, ValidationError } from "../../core/errors.ts";
import { parseYaml } from "../../core/yaml_text.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../behaviours.ts";
import { compileRing } from "../generator/compile.ts";
import { generatorFile, ringSpecOf } from "../generator/file.ts";
import { RING_GENERATOR, type RingSpec } from "../generator/spec.ts";
import { actionOrRefusal, type ActionReading, readAction } from "./actions.ts";
import { isMapping } from "./fields.ts";
import { fieldIssues } from "./issues.ts";
import { balancedConfigNote } from "./market_sections.ts";
import { Notes } from "./notes.ts";
import { AgentCheck, checkPaymentOrders, shownBalanceIssues } from "./references.ts";
import {
  behaviourKeys,
  DEFAULT_RUN,
  type Overlay,
  overlayFile,
  type RunSection,
  type ScenarioFile,
  scenarioFile,
} from "./sections.ts";
import type { Action, RefusedAction, RunSettings, Scenario, ScheduledAction } from "./types.ts";
import { unknownKeys } from "./unknown_keys.ts";

/** How a scenario file is read. */
export interface ParseOptions {
  /** Reads and simulates as the reference does; when given it replaces the file's `run.reference`. */
  readonly reference?: boolean;
}

/** A scenario as it was read. */
export interface ParsedScenario {
  readonly scenario: Scenario;
  /** What was ignored, with its place. */
  readonly warnings: readonly Issue[];
  /** For a file that names a generator: what it asked for; null otherwise. */
  readonly generated: GeneratedScenario | null;
}

/** A generator's part of a file. */
export interface GeneratedScenario {
  readonly spec: RingSpec;
  /** Sums of all generated payables and cash. */
  readonly s1: Decimal;
  readonly l0: Decimal;
  /** Whether the generated scenario is to be written beside the file, and the folder for it (spec 03 3.9). */
  readonly emitYaml: boolean;
  readonly outDir: string | null;
}

type Source = Readonly<Record<string, unknown>>;

/** The note of a generated balanced ring; the reference does not read it (spec 03 4). */
const NOTE_KEY = "_balanced_config";

const INVALID = "Configuration validation failed";

/** Everything that may stand in a file with a generator. */
const wholeGeneratorFile = generatorFile.extend(overlayFile.shape);

/**
 * Reads a scenario from a YAML text.
 *
 * @param subject Name of the text in messages, such as the file's.
 * @throws {ValidationError} listing every problem with its path.
 */
export function loadScenarioText(text: string, subject: string, options: ParseOptions = {}): ParsedScenario {
  return parseScenario(parseYaml(text, subject), options);
}

/**
 * Checks what a file or a program gave, and fills in every default. Numbers may be {@linkcode Decimal}s, plain numbers,
 * or texts; a file with a `generator` key is generated first.
 *
 * @throws {ValidationError} listing every problem with its path.
 */
export function parseScenario(source: unknown, options: ParseOptions = {}): ParsedScenario {
  if (!isMapping(source)) {
    const kind = Array.isArray(source) ? "a list" : source === null || source === undefined ? "nothing" : "a value";
    const message = `Configuration file must contain a YAML dictionary, got ${kind}`;
    throw new ValidationError(INVALID, [{ path: [], message }]);
  }
  const behaviours = chosenBehaviours(source["run"], options);
  const notes = new Notes(behaviours.reference);
  if (Object.hasOwn(source, "generator")) return parseGenerated(source, behaviours.switches, notes);
  return parsePlain(source, behaviours.switches, notes);
}

/** The switches of a file; what is wrong with the keys that choose them is reported with their section. */
function chosenBehaviours(run: unknown, options: ParseOptions): { reference: boolean; switches: Behaviours } {
  const parsed = behaviourKeys.safeParse(run);
  const reference = options.reference ?? (parsed.success && parsed.data.reference === true);
  const base = reference ? REFERENCE : CORRECTED;
  return { reference, switches: parsed.success ? { ...base, ...parsed.data.behaviours } : base };
}

function parsePlain(source: Source, behaviours: Behaviours, notes: Notes): ParsedScenario {
  const parsed = scenarioFile.safeParse(source, { reportInput: true });
  if (!parsed.success) notes.refuse(fieldIssues(parsed.error));
  notes.ignored(unknownKeys(scenarioFile, without(source, [NOTE_KEY])));
  const initial = readInitial(source, notes);
  const scheduled = readScheduled(source, behaviours, notes);
  if (!parsed.success) throw unsettled(notes, INVALID);
  notes.settle(INVALID);
  const file = parsed.data;
  const mopRank = file.policy_overrides?.mop_rank ?? {};
  checkPaymentOrders(mopRank, ["policy_overrides", "mop_rank"], behaviours, notes);
  const scenario: Scenario = {
    name: file.name,
    description: file.description,
    agents: file.agents,
    mopRank,
    initialActions: initial,
    scheduledActions: staged(file, scheduled),
    dealer: file.dealer,
    balancedDealer: file.balanced_dealer,
    ...balancedNote(source, notes),
    run: runSettings(file.run, { ...DEFAULT_RUN, behaviours }),
  };
  checkAgents(scenario, scenario.initialActions, notes);
  notes.settle(INVALID);
  return { scenario, warnings: notes.warnings, generated: null };
}

function parseGenerated(source: Source, behaviours: Behaviours, notes: Notes): ParsedScenario {
  const overlayKeys = Object.keys(overlayFile.shape);
  if (Object.hasOwn(source, NOTE_KEY)) notes.warn([{ path: [NOTE_KEY], message: "Ignored beside generator" }]);
  const request = without(source, [NOTE_KEY, ...overlayKeys]);
  const parsed = generatorFile.safeParse(request, { reportInput: true });
  if (!parsed.success) notes.refuse(generatorIssues(parsed.error, source["generator"]));
  notes.ignored(unknownKeys(wholeGeneratorFile, notes.reference ? request : without(source, [NOTE_KEY])));
  const subject = parsed.success ? INVALID : "Generator validation failed";
  const beside = pick(source, overlayKeys);
  // spec 01 6.5: the reference drops what stands beside `generator`.
  const overlay = notes.reference ? ignoredOverlay(beside, notes) : readOverlay(beside, behaviours, notes);
  if (!parsed.success || overlay === null) throw unsettled(notes, subject);
  notes.settle(subject);
  const spec = ringSpecOf(parsed.data);
  const mopPath = [RING_GENERATOR, "params", "policy_overrides", "mop_rank"];
  checkPaymentOrders(spec.mopRank, mopPath, behaviours, notes);
  const { scenario: ring, s1, l0 } = compileRing(spec, behaviours);
  const scenario: Scenario = {
    ...ring,
    description: overlay.file.description ?? ring.description,
    initialActions: [...ring.initialActions, ...overlay.initial],
    scheduledActions: overlay.scheduled,
    dealer: overlay.file.dealer,
    balancedDealer: overlay.file.balanced_dealer,
    run: runSettings(overlay.file.run, ring.run),
  };
  checkAgents(scenario, overlay.initial, notes);
  notes.settle(INVALID);
  const { emit_yaml: emitYaml, out_dir: outDir } = parsed.data.compile;
  return { scenario, warnings: notes.warnings, generated: { spec, s1, l0, emitYaml, outDir } };
}

function balancedNote(source: Source, notes: Notes): Pick<Scenario, "balancedConfig"> {
  if (!Object.hasOwn(source, NOTE_KEY)) return {};
  const note = source[NOTE_KEY];
  notes.ignored(unknownKeys(balancedConfigNote, note, [NOTE_KEY]));
  const parsed = balancedConfigNote.safeParse(note, { reportInput: true });
  if (parsed.success) return { balancedConfig: parsed.data };
  notes.ignored(fieldIssues(parsed.error, [NOTE_KEY]));
  return {};
}

/** What stands beside `generator`, read. */
interface ReadOverlay {
  readonly file: Overlay;
  readonly initial: readonly (Action | RefusedAction)[];
  readonly scheduled: readonly ScheduledAction[];
}

function readOverlay(source: Source, behaviours: Behaviours, notes: Notes): ReadOverlay | null {
  const parsed = overlayFile.safeParse(source, { reportInput: true });
  const initial = readInitial(source, notes);
  const scheduled = readScheduled(source, behaviours, notes);
  if (parsed.success) return { file: parsed.data, initial, scheduled: staged(parsed.data, scheduled) };
  notes.refuse(fieldIssues(parsed.error));
  return null;
}

/** Of what stands beside `generator` the reference's way of reading keeps what chooses the behaviours. */
function ignoredOverlay(source: Source, notes: Notes): ReadOverlay {
  const ignored = (path: Issue["path"]) => notes.warn([{ path, message: "Ignored beside generator" }]);
  for (const [key, value] of Object.entries(source)) {
    if (key !== "run" || !isMapping(value)) {
      ignored([key]);
      continue;
    }
    const parsed = behaviourKeys.safeParse(value, { reportInput: true });
    if (!parsed.success) notes.refuse(fieldIssues(parsed.error, ["run"]));
    for (const name of Object.keys(without(value, ["reference", "behaviours"]))) ignored([key, name]);
  }
  return { file: overlayFile.parse({}), initial: [], scheduled: [] };
}

/** Problems of a generator's keys; an unknown generator makes all others meaningless (spec 01 A1.4). */
function generatorIssues(error: Parameters<typeof fieldIssues>[0], generator: unknown): Issue[] {
  if (generator === RING_GENERATOR) return fieldIssues(error, [RING_GENERATOR]);
  const found = `Input tag '${generator}' found using 'generator'`;
  return [{ path: [], message: `${found} does not match any of the expected tags: '${RING_GENERATOR}'` }];
}

/** The error of notes that are known to hold a problem. */
function unsettled(notes: Notes, subject: string): Error {
  notes.settle(subject);
  return new ValidationError(subject, []);
}

/** The initial actions; one that cannot be read stays in its place for the reference, and refuses the file otherwise. */
function readInitial(source: Source, notes: Notes): (Action | RefusedAction)[] {
  const key = "initial_actions";
  return listAt(source, key).flatMap((entry, i) => {
    if (!isMapping(entry)) return [];
    const reading = readAction(entry, notes);
    note(reading, [key, i], !notes.reference, notes);
    return [actionOrRefusal(reading)];
  });
}

/** The scheduled actions without their days. */
function readScheduled(source: Source, behaviours: Behaviours, notes: Notes): (Action | RefusedAction)[] {
  const key = "scheduled_actions";
  return listAt(source, key).flatMap((entry, i) => {
    if (!isMapping(entry) || !isMapping(entry["action"])) return [];
    const reading = readAction(entry["action"], notes);
    // behaviour: badScheduledActionLoads
    note(reading, [key, i, "action"], !behaviours.badScheduledActionLoads, notes);
    return [actionOrRefusal(reading)];
  });
}

function note(reading: ActionReading, path: Issue["path"], refuses: boolean, notes: Notes): void {
  const placed = (issue: Issue): Issue => ({ ...issue, path: [...path, ...issue.path] });
  notes.warn(reading.warnings.map(placed));
  if (refuses) notes.refuse(reading.problems.map(placed));
  else notes.warn(reading.problems.map(placed));
}

function staged(
  file: Pick<ScenarioFile, "scheduled_actions">,
  actions: readonly (Action | RefusedAction)[],
): ScheduledAction[] {
  return file.scheduled_actions.flatMap(({ day }, i) => {
    const action = actions[i];
    return action === undefined ? [] : [{ day, action }];
  });
}

/** Agents that the file's own actions and display list name must exist. */
function checkAgents(scenario: Scenario, initial: readonly (Action | RefusedAction)[], notes: Notes): void {
  const agents = new AgentCheck(scenario.agents);
  notes.refuse(shownBalanceIssues(scenario, agents));
  // The reference finds out when it gets there, and its error belongs to that moment.
  if (notes.reference) return;
  initial.forEach((action, i) => notes.refuse(agents.issues(action, ["initial_actions", i])));
  scenario.scheduledActions.forEach(({ action }, i) => {
    notes.refuse(agents.issues(action, ["scheduled_actions", i, "action"]));
  });
}

/** What the file says, and `base` where it says nothing. */
function runSettings(section: RunSection, base: RunSettings): RunSettings {
  return {
    mode: section.mode ?? base.mode,
    maxDays: section.max_days ?? base.maxDays,
    quietDays: section.quiet_days ?? base.quietDays,
    defaultHandling: section.default_handling ?? base.defaultHandling,
    rolloverEnabled: section.rollover_enabled ?? base.rolloverEnabled,
    show: {
      balances: section.show?.balances ?? base.show.balances,
      events: section.show?.events ?? base.show.events,
    },
    export: {
      balancesCsv: section.export?.balances_csv ?? base.export.balancesCsv,
      eventsJsonl: section.export?.events_jsonl ?? base.export.eventsJsonl,
    },
    behaviours: base.behaviours,
  };
}

function listAt(source: Source, key: string): readonly unknown[] {
  const value = source[key];
  return Array.isArray(value) ? value : [];
}

function without(source: Source, keys: readonly string[]): Source {
  return Object.fromEntries(Object.entries(source).filter(([key]) => !keys.includes(key)));
}

function pick(source: Source, keys: readonly string[]): Source {
  return Object.fromEntries(Object.entries(source).filter(([key]) => keys.includes(key)));
}
