import { assertEquals } from "@std/assert";
import { resultRows, resultsCsv } from "../../src/experiments/aggregate.ts";
import type { RegistryEntry } from "../../src/experiments/contracts.ts";
import { readTable } from "../../src/ring/analytics/tables.ts";

const METRICS = "day,S_t,phi_t,delta_t,G_t,alpha_t,Mpeak_t,v_t,HHIplus_t\r\n" +
  "1,100,1,0,0,0.4,50,2,0.5\r\n2,50,0.5,0.5,10,0.2,40,1.5,0.3\r\n";
const PATH = "../runs/grid_abcd/out/metrics.csv";
const PARAMETERS = { phase: "grid", seed: 42, n_agents: 5, kappa: "1", concentration: "0.5", mu: "0.25" };

const ENTRY: RegistryEntry = {
  runId: "grid_abcd",
  experimentId: "",
  status: "completed",
  parameters: { ...PARAMETERS, monotonicity: "0", S1: "150", L0: "120" },
  metrics: { time_to_stability: 2 },
  artifactPaths: { metrics_csv: PATH },
  error: null,
};
const HEADER = "run_id,phase,seed,n_agents,kappa,concentration,mu,monotonicity,S1,L0,phi_total,delta_total,max_G_t," +
  "alpha_1,Mpeak_1,v_1,HHIplus_1,time_to_stability,metrics_csv\r\n";

function kept(entry: RegistryEntry) {
  return entry.artifactPaths.metrics_csv === PATH ? readTable(METRICS) : null;
}

Deno.test("a completed run is recomputed from its day metrics in reference mode", async () => {
  const rows = await resultRows([ENTRY], kept, { reference: true });
  assertEquals(`${rows[0]?.phi_total}`, "0.8333333333333333333333333333");
  assertEquals(`${rows[0]?.delta_total}`, "0.1666666666666666666666666667");
  assertEquals(
    resultsCsv(rows),
    `${HEADER}grid_abcd,grid,42,5,1,0.5,0.25,0,150,120,0.833333,0.166667,10,0.4,50,2,0.5,2,${PATH}\r\n`,
  );
});

Deno.test("the totals of the registry are used as they are where it has them", async () => {
  const entry = { ...ENTRY, metrics: { phi_total: "0.9", delta_total: "0E-28", time_to_stability: "7" } };
  const [row] = await resultRows([entry], kept);
  assertEquals(`${row?.phi_total} ${row?.delta_total} ${row?.max_G_t} ${row?.v_1}`, "0.9 0E-28 10 2");
  assertEquals(row?.time_to_stability, "7");
  const [recomputed] = await resultRows([entry], kept, { reference: true });
  assertEquals(`${recomputed?.phi_total}`, "0.8333333333333333333333333333");
});

Deno.test("a registry that has every metric needs no files", async () => {
  const metrics = {
    phi_total: 1,
    delta_total: 0,
    max_G_t: "12.5",
    alpha_1: null,
    Mpeak_1: "3",
    v_1: "1",
    HHIplus_1: "",
    time_to_stability: 3,
  };
  const entry = { ...ENTRY, metrics, artifactPaths: {} };
  const rows = await resultRows([entry], () => {
    throw new Error("nothing is to be read");
  });
  assertEquals(
    resultsCsv(rows),
    `${HEADER}grid_abcd,grid,42,5,1,0.5,0.25,0,150,120,1,0,12.5,,3,1,,3,\r\n`,
  );
});

Deno.test("a run without files has a row with its totals; in the reference only where the registry has its summary", async () => {
  const entry = { ...ENTRY, metrics: { phi_total: "0.5", delta_total: "0.5" }, artifactPaths: {} };
  const rows = await resultRows([entry], kept);
  assertEquals([rows.length, rows[0]?.max_G_t, rows[0]?.time_to_stability], [1, null, ""]);
  assertEquals(await resultRows([entry], kept, { reference: true }), []);
  const known = { ...entry, metrics: { ...entry.metrics, max_G_t: "3" } };
  const [row] = await resultRows([known], kept, { reference: true });
  assertEquals(`${row?.phi_total} ${row?.max_G_t}`, "0.5 3");
});

Deno.test("only completed runs are results, in the order of the registry", async () => {
  const entries = (["failed", "completed", "running", "pending", "completed"] as const).map((status, i) => ({
    ...ENTRY,
    status,
    runId: `run_${i}`,
  }));
  assertEquals((await resultRows(entries, kept)).map((row) => row.run_id), ["run_1", "run_4"]);
});

Deno.test("a run whose table of days is missing or empty has no row in reference mode", async () => {
  const gone = { ...ENTRY, artifactPaths: { metrics_csv: "../runs/gone/out/metrics.csv" } };
  assertEquals(await resultRows([gone], kept, { reference: true }), []);
  assertEquals(await resultRows([ENTRY], () => readTable("day\r\n"), { reference: true }), []);
  assertEquals(resultsCsv([]), HEADER);
});

Deno.test("the last due day stands in for a time that the registry does not have", async () => {
  const entry = { ...ENTRY, metrics: {} };
  assertEquals((await resultRows([entry], kept)).map((row) => row.time_to_stability), ["2"]);
});
