/** Experiments that are cut off and go on: what is recorded in the end is what an experiment without a stop records. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Conflict } from "../../../src/core/errors.ts";
import type {
  EvaluationRecord,
  ExperimentEvent,
  ExperimentRecord,
  ExperimentRecorder,
  IterationRecord,
  PolicyProposer,
  SimulationRecord,
} from "../../../src/experiments/payments/contracts.ts";
import { MemoryRecorder } from "../../../src/experiments/payments/memory_recorder.ts";
import { withParameters } from "../../../src/experiments/payments/policies.ts";
import { interactionOf } from "../../../src/experiments/payments/proposers/interactions.ts";
import { ScriptedProposer } from "../../../src/experiments/payments/proposers/scripted.ts";
import { SearchProposer } from "../../../src/experiments/payments/proposers/search.ts";
import type { ExperimentSettings } from "../../../src/experiments/payments/settings.ts";
import { writtenEvents } from "../../../src/payments/script.ts";
import { clientE, convergence, ranE, settingsE, type Varied } from "./setting.ts";

class Killed extends Error {}

/** Keeps so many records, and dies at the next one. */
class DyingRecorder implements ExperimentRecorder {
  kept = 0;
  constructor(readonly recorder: ExperimentRecorder, readonly lives: number) {}

  async #keep(work: () => Promise<void>): Promise<void> {
    if (this.kept >= this.lives) throw new Killed();
    this.kept++;
    await work();
  }

  saveExperiment(record: ExperimentRecord): Promise<void> {
    return this.#keep(() => this.recorder.saveExperiment(record));
  }
  saveIteration(record: IterationRecord): Promise<void> {
    return this.#keep(() => this.recorder.saveIteration(record));
  }
  saveEvents(events: readonly ExperimentEvent[]): Promise<void> {
    return this.#keep(() => this.recorder.saveEvents(events));
  }
  saveEvaluation(record: EvaluationRecord): Promise<void> {
    return this.#keep(() => this.recorder.saveEvaluation(record));
  }
  saveSimulations(records: readonly SimulationRecord[]): Promise<void> {
    return this.#keep(() => this.recorder.saveSimulations(records));
  }
}

/** Everything that is recorded, times aside. */
async function recordsIn(recorder: MemoryRecorder): Promise<unknown> {
  const found = await recorder.loadExperiment("E");
  assert(found !== null);
  const text = JSON.stringify(found, (key, value) => /^(?:timestamp|created_at|completed_at)$/.test(key) ? "" : value);
  const simulations = recorder.simulations.map(({ log, ...row }) => {
    return [String(row.simulation_id), Number(row.seed), [...writtenEvents([log])]];
  });
  return [JSON.parse(text), simulations];
}

const SHORT: Partial<ExperimentSettings> = {
  numSamples: 2,
  convergence: convergence({ maxIterations: 3, stabilityWindow: 9 }),
};

const search = () => new SearchProposer({ step: 0.2, tolerance: 0.01, seed: 1 });

/** Has nothing to propose every other time. */
const hesitant = () =>
  new ScriptedProposer(({ current }, k) =>
    k % 2 === 0 ? null : withParameters(current, { initial_liquidity_fraction: k / 9 })
  );

const CASES: readonly (readonly [string, ExperimentSettings, () => PolicyProposer, Varied])[] = [
  ["bootstrap, corrected", settingsE(SHORT), clientE, { reference: false }],
  ["bootstrap, as the reference", settingsE(SHORT), clientE, { reference: true }],
  ["bootstrap, all simulations", settingsE(SHORT), search, { reference: false, persistBootstrap: true }],
  ["deterministic", settingsE({ ...SHORT, mode: "deterministic" }), search, { reference: false }],
  ["temporal", settingsE({ ...SHORT, mode: "deterministic-temporal" }), search, { reference: false }],
  ["temporal, with gaps", settingsE({ ...SHORT, mode: "deterministic-temporal" }), hesitant, { reference: false }],
  ["temporal, as the reference", settingsE({ ...SHORT, mode: "deterministic-temporal" }), hesitant, {
    reference: true,
  }],
];

for (const [name, settings, proposer, varied] of CASES) {
  Deno.test(`an experiment that dies after any record goes on to the same records: ${name}`, async () => {
    const whole = await ranE(settings, proposer(), varied);
    const expected = await recordsIn(whole.recorder);
    for (let lives = 1;; lives++) {
      const recorder = new MemoryRecorder();
      try {
        await ranE(settings, proposer(), { ...varied, through: new DyingRecorder(recorder, lives) });
        assert(lives > 10);
        break;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
      const recorded = await recorder.loadExperiment("E");
      const resumed = await ranE(settings, proposer(), { ...varied, through: recorder, recorded });
      assertEquals(await recordsIn(recorder), expected, `after ${lives} records`);
      assertEquals(resumed.outcome, whole.outcome);
      assertEquals(resumed.events, whole.events, "what is told");
    }
  });
}

/** Somebody outside, who answers every time otherwise, and refuses to answer at first. */
class Outsider implements PolicyProposer {
  readonly name = "outside";
  readonly asksOutside = true;
  asked = 0;

  propose({ current, attempt }: Parameters<PolicyProposer["propose"]>[0]): ReturnType<PolicyProposer["propose"]> {
    this.asked++;
    const share = attempt === 0 && this.asked % 3 === 0 ? 7 : 0.5 - this.asked / 100;
    const policy = withParameters(current, { initial_liquidity_fraction: share });
    return Promise.resolve({
      policy,
      interaction: { ...interactionOf("outside", policy), latency_seconds: this.asked },
    });
  }
}

for (const mode of ["bootstrap", "deterministic-temporal"] as const) {
  Deno.test(`answers that are recorded are not asked for again: ${mode}`, async () => {
    const settings = settingsE({ ...SHORT, mode });
    for (const lives of [14, 20, 26]) {
      const recorder = new MemoryRecorder();
      const outsider = new Outsider();
      const dying = ranE(settings, outsider, { reference: false, through: new DyingRecorder(recorder, lives) });
      await assertRejects(() => dying, Killed);
      const recorded = await recorder.loadExperiment("E");
      const rounds = (recorded?.events ?? []).flatMap(({ event_type, event_data }) =>
        /^llm_(?:interaction|refusal)$/.test(event_type) ? [event_data] : []
      );
      assert(rounds.length > 0);
      const attempts = ({ round }: typeof rounds[number]) => {
        return Object.entries(Object(round)).find(([name]) => name === "attempts")?.[1];
      };
      const answered = rounds.reduce((sum, round) => sum + Number(attempts(round)), 0);
      const before = outsider.asked;
      const { outcome } = await ranE(settings, outsider, { reference: false, through: recorder, recorded });
      assertEquals(outsider.asked - before, outcome.proposals.asked - answered, "only what is not recorded");
      // The records hold together: once more, nothing is asked and nothing changes.
      const { asked } = outsider;
      const complete = await recorder.loadExperiment("E");
      const again = await ranE(settings, outsider, { reference: false, through: recorder, recorded: complete });
      assertEquals([outsider.asked, again.outcome], [asked, outcome]);
    }
  });
}

Deno.test("an experiment that somebody stops says so in its record, and the evaluation in flight is finished", async () => {
  const settings = settingsE(SHORT);
  const stop = new AbortController();
  const recorder = new MemoryRecorder();
  const client = clientE();
  const stopping: PolicyProposer = {
    name: client.name,
    propose(request) {
      if (request.iteration === 1) stop.abort(new Error("enough"));
      return client.propose(request);
    },
  };
  await assertRejects(
    () => ranE(settings, stopping, { reference: false, recorder, signal: stop.signal }),
    Error,
    "enough",
  );
  const found = await recorder.loadExperiment("E");
  const { completed_at, convergence_reason, num_iterations, converged } = found?.experiment ?? {};
  assertEquals([completed_at, convergence_reason, num_iterations, converged], [null, "interrupted", 2, false]);
  assertEquals(found?.evaluations.map(({ iteration, agent_id }) => `${iteration} ${agent_id}`), [
    "0 BANK_A",
    "0 BANK_B",
    "1 BANK_A",
  ]);
  // Stopped again at once: what is recorded stays.
  const early = new AbortController();
  early.abort(new Error("again"));
  const varied = { reference: false, through: recorder, recorded: found };
  await assertRejects(() => ranE(settings, clientE(), { ...varied, signal: early.signal }), Error, "again");
  assertEquals((await recorder.loadExperiment("E"))?.experiment.num_iterations, 2);
  await ranE(settings, clientE(), varied);
  assertEquals(
    await recordsIn(recorder),
    await recordsIn((await ranE(settings, clientE(), { reference: false })).recorder),
  );
});

Deno.test("an experiment that is cut short ends between two simulations, wherever that is, and goes on all the same", async () => {
  for (const reference of [false, true]) {
    const expected = await recordsIn((await ranE(settingsE(SHORT), clientE(), { reference })).recorder);
    for (const at of [1, 3, 7, 12, 20]) {
      const cut = new AbortController();
      const recorder = new MemoryRecorder();
      let breaths = 0;
      const breathe = () => void (++breaths === at && cut.abort(new Error("cut")));
      const cutting = ranE(settingsE(SHORT), clientE(), { reference, recorder, cut: cut.signal, breathe });
      await assertRejects(() => cutting, Error, "cut");
      assertEquals(breaths, at);
      const recorded = await recorder.loadExperiment("E");
      assertEquals(recorded?.experiment.convergence_reason, "interrupted");
      await ranE(settingsE(SHORT), clientE(), { reference, through: recorder, recorded });
      assertEquals(await recordsIn(recorder), expected, `cut at ${at}`);
    }
  }
});

Deno.test("what comes out otherwise than it is recorded ends the resumption, and nothing is written", async () => {
  const { recorder } = await ranE(settingsE(SHORT), clientE(), { reference: false });
  const recorded = await recorder.loadExperiment("E");
  const before = await recordsIn(recorder);
  const others: readonly [ExperimentSettings, PolicyProposer][] = [
    [settingsE({ ...SHORT, masterSeed: 43 }), clientE()],
    [settingsE({ ...SHORT, acceptance: { ...settingsE().acceptance, minSettlementRate: 0 } }), clientE()],
    [settingsE(SHORT), search()],
  ];
  for (const [settings, proposer] of others) {
    const again = ranE(settings, proposer, { reference: false, through: recorder, recorded });
    const error = await assertRejects(() => again, Conflict);
    assert(error.message.includes("E cannot be resumed"), error.message);
    assert(/what the file asks for|event \d+|the proposal of/.test(error.message), error.message);
    assertEquals(await recordsIn(recorder), before);
  }
});
