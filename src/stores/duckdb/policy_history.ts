/**
 * Which policy a bank had (spec 08 7).
 *
 * @module
 */
import type { Row } from "./driver.ts";
import type { Source } from "./source.ts";
import { jsonIn } from "./stored_json.ts";

/** A bank's policies in the order in which they came into force. */
export async function policyHistory(source: Source, simulationId: string, agentId: string): Promise<Row[]> {
  return await source.rows(
    `SELECT snapshot_day, snapshot_tick, policy_hash, policy_json, created_by FROM policy_snapshots
     WHERE simulation_id = ? AND agent_id = ? ORDER BY snapshot_day, snapshot_tick`,
    [simulationId, agentId],
  );
}

/** A policy in force. */
export interface PolicyAtDay {
  readonly snapshot_day: number;
  readonly snapshot_tick: number;
  readonly policy_hash: string;
  /** Parsed. */
  readonly policy_config: unknown;
  readonly created_by: string;
}

/** A bank's policy on a day: the latest snapshot up to it, null when there is none. */
export async function policyAtDay(
  source: Source,
  simulationId: string,
  agentId: string,
  day: number,
): Promise<PolicyAtDay | null> {
  const [row] = await source.rows(
    `SELECT * FROM policy_snapshots WHERE simulation_id = ? AND agent_id = ? AND snapshot_day <= ?
     ORDER BY snapshot_day DESC, snapshot_tick DESC LIMIT 1`,
    [simulationId, agentId, day],
  );
  if (row === undefined) return null;
  return {
    snapshot_day: Number(row["snapshot_day"]),
    snapshot_tick: Number(row["snapshot_tick"]),
    policy_hash: String(row["policy_hash"]),
    policy_config: jsonIn(row, "policy_json", `the policy of ${agentId} in ${simulationId}`),
    created_by: String(row["created_by"]),
  };
}
