/**
 * A sweep in a process of its own, to be killed: `sweep_child.ts DIR local|pool|hold`. It tells of every day with a
 * line `day`, of every recorded run with `run ID`, of warnings, and of the end with `end`.
 */
import { Decimal } from "../../src/core/decimal.ts";
import { ringSweepSettings } from "../../src/experiments/ring_settings.ts";
import { planRingSweep, runRingSweep } from "../../src/experiments/ring_sweep.ts";
import { LocalExecutor } from "../../src/executors/local.ts";
import { PoolExecutor } from "../../src/executors/pool.ts";
import { executeRing } from "../../src/executors/ring_run.ts";
import { SweepDirectory } from "../../src/stores/files/sweep_directory.ts";

const [path = "", how = "local"] = Deno.args;
const encoder = new TextEncoder();

/** Written at once, so that nothing is told that did not happen. */
function tell(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** 30 runs in the plan and a frontier behind them. */
const settings = ringSweepSettings({
  kappas: ["0.25", "0.5", "1", "2", "4"].map((text) => Decimal.parse(text) ?? Decimal.ONE),
  concentrations: [Decimal.ONE],
  lhs: 5,
  frontier: true,
  frontierIterations: 2,
  defaultHandling: "expel-agent",
});

try {
  const plan = planRingSweep({ ...settings, lhs: 5 });
  await using directory = await SweepDirectory.open(path, plan, {
    name: "kill test",
    startedAt: "2026-01-01T00:00:00Z",
  });
  for (const warning of directory.warnings) tell(`warning ${warning}`);
  if (how === "hold") {
    tell("held");
    // Until the test closes the pipe or kills this process.
    await Deno.stdin.read(new Uint8Array(1));
  } else {
    const { results, registry } = directory;
    await using executor = how === "pool"
      ? new PoolExecutor({ workers: 2, results })
      : new LocalExecutor(executeRing, results);
    await runRingSweep(settings, plan, {
      executor,
      registry,
      artifacts: "all",
      appendToPlan: (runs) => directory.plan.append(runs),
      onDay: () => tell("day"),
      onRun: (run) => tell(`run ${run.runId}`),
    });
  }
  tell("end");
} catch (error) {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  Deno.exit(1);
}
