/**
 * The registry at 10 and at 100,000 rows: opening it, and an upsert that is on the disk when it returns.
 *
 *     deno run -A bench/registry.ts
 *
 * @module
 */
import type { RegistryEntry } from "../src/experiments/contracts.ts";
import { FileRegistryStore } from "../src/stores/files/registry_store.ts";

const ROWS = 100_000;
const UPSERTS = 200;

function entryOf(number: number): RegistryEntry {
  const runId = `grid_${number.toString(16).padStart(12, "0")}`;
  return {
    runId,
    experimentId: "",
    status: "completed",
    parameters: {
      phase: "grid",
      seed: number,
      n_agents: 5,
      kappa: "0.25",
      concentration: "0.5",
      mu: "0.75",
      monotonicity: "0",
      maturity_days: 3,
      Q_total: "500.0",
      S1: "500.0197185312694405392001001",
      L0: "125.000",
      default_handling: "fail-fast",
      dealer_enabled: false,
    },
    metrics: {
      phi_total: "0.1187122736418511066398390342",
      delta_total: "0.8812877263581488933601609658",
      time_to_stability: 1,
    },
    artifactPaths: {
      scenario_yaml: `runs/${runId}/scenario.yaml`,
      events_jsonl: `runs/${runId}/out/events.jsonl`,
      balances_csv: `runs/${runId}/out/balances.csv`,
      metrics_csv: `runs/${runId}/out/metrics.csv`,
      metrics_html: `runs/${runId}/out/metrics.html`,
      run_html: `runs/${runId}/run.html`,
    },
    error: null,
  };
}

async function timed(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

const line = (name: string, value: string): void => console.log(name.padEnd(44), value.padStart(12));
const ms = (value: number): string => `${value.toFixed(1)} ms`;

for (const rows of [10, ROWS]) {
  const base = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
  try {
    {
      await using store = new FileRegistryStore(base);
      await store.upsert(Array.from({ length: rows }, (_, number) => entryOf(number)));
    }
    const store = new FileRegistryStore(base);
    line(`${rows} rows: open and read one`, ms(await timed(() => store.get("", entryOf(rows >> 1).runId))));
    line(`${rows} rows: completed keys`, ms(await timed(() => store.getCompletedKeys("", ["seed", "kappa"]))));
    line(`${rows} rows: query a range`, ms(await timed(() => store.query("", { seed: { min: 5, max: 9 } }))));
    const upserts = await timed(async () => {
      for (let i = 0; i < UPSERTS; i++) await store.upsert(entryOf(i % rows));
    });
    line(`${rows} rows: an upsert, on the disk`, `${(upserts / UPSERTS * 1000).toFixed(0)} us`);
    line(`${rows} rows: write experiments.csv`, ms(await timed(() => store.flush())));
    await store[Symbol.asyncDispose]();
    const journal = await (async () => {
      Deno.removeSync(`${base}/registry/experiments.csv`);
      const lost = new FileRegistryStore(base);
      return await timed(() => lost.get("", "none"));
    })();
    line(`${rows} rows: open from the journal alone`, ms(journal));
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}
