/**
 * Views beside that of the events. Two of them were tables of the reference that hold nothing but what events say
 * (spec 08 3). What no event tells is null in them: the layer of a collateral change, the balance before it, the
 * capacity after it.
 *
 * @module
 */

/** Collateral that banks post and withdraw, and that timers withdraw for them. The id is the event's. */
const COLLATERAL_EVENTS = `
  SELECT event_id AS id, simulation_id, agent_id, tick, day,
    CASE event_type WHEN 'CollateralPost' THEN 'post' ELSE 'withdraw' END AS action, amount,
    coalesce(details ->> '$.reason', details ->> '$.original_reason') AS reason, NULL::VARCHAR AS layer,
    NULL::BIGINT AS balance_before,
    CASE event_type WHEN 'CollateralPost' THEN new_total - amount ELSE new_total + amount END AS posted_collateral_before,
    new_total AS posted_collateral_after, NULL::BIGINT AS available_capacity_after
  FROM (
    SELECT *, (details ->> '$.amount')::BIGINT AS amount, (details ->> '$.new_total')::BIGINT AS new_total
    FROM simulation_events
    WHERE event_type IN ('CollateralPost', 'CollateralWithdraw', 'CollateralTimerWithdrawn')
  )`;

/**
 * Offsets and cycles of the liquidity saving, settled or blocked (spec 05 9.7). The agents of a record are closed: the
 * first is also the last.
 */
const LSM_CYCLES = `
  SELECT event_id AS id, simulation_id, tick, day, 'multilateral' AS cycle_type,
    json_array_length(details, '$.agents') - 1 AS cycle_length, details ->> '$.agents' AS agents,
    details ->> '$.tx_ids' AS transactions, (details ->> '$.total_value')::BIGINT AS settled_value,
    (details ->> '$.total_value')::BIGINT AS total_value, details ->> '$.tx_amounts' AS tx_amounts,
    details ->> '$.net_positions' AS net_positions, (details ->> '$.max_net_outflow')::BIGINT AS max_net_outflow,
    details ->> '$.max_net_outflow_agent' AS max_net_outflow_agent
  FROM simulation_events WHERE event_type = 'LsmCycleSettlement'
  UNION ALL BY NAME
  SELECT event_id AS id, simulation_id, tick, day, 'bilateral' AS cycle_type, 2 AS cycle_length,
    json_array(agent_a, agent_b, agent_a)::VARCHAR AS agents, transactions,
    least(amount_a, amount_b) AS settled_value, amount_a + amount_b AS total_value, NULL::VARCHAR AS tx_amounts,
    json_object(agent_a, amount_b - amount_a, agent_b, amount_a - amount_b)::VARCHAR AS net_positions,
    abs(amount_a - amount_b) AS max_net_outflow, agent_a AS max_net_outflow_agent
  FROM (
    SELECT *, details ->> '$.agent_a' AS agent_a, details ->> '$.agent_b' AS agent_b,
      coalesce(details ->> '$.tx_ids',
        json_array(details ->> '$.incoming_tx_id', details ->> '$.queued_tx_id')::VARCHAR) AS transactions,
      coalesce(details ->> '$.amount_a', details ->> '$.incoming_amount')::BIGINT AS amount_a,
      coalesce(details ->> '$.amount_b', details ->> '$.queued_amount')::BIGINT AS amount_b
    FROM simulation_events WHERE event_type IN ('LsmBilateralOffset', 'EntryDispositionOffset')
  )`;

/** The figures of ticks under the ids of their simulations. */
const TICKS = `
  SELECT s.simulation_id, t.* EXCLUDE (simulation_no)
  FROM simulation_ticks t JOIN simulations s ON s.simulation_no = t.simulation_no`;

/** A view: its name, and its query. */
export type DerivedView = readonly [name: string, sql: string];

/**
 * The views.
 *
 * @param earlierTable gives the table in which a database keeps older rows of that name, undefined where it has none
 */
export function derivedViews(earlierTable: (name: string) => string | undefined): DerivedView[] {
  const views: DerivedView[] = [["collateral_events", COLLATERAL_EVENTS], ["lsm_cycles", LSM_CYCLES]];
  const withEarlier = views.map(([name, sql]): DerivedView => {
    const earlier = earlierTable(name);
    if (earlier === undefined) return [name, sql];
    return [name, `${sql} UNION ALL BY NAME SELECT * REPLACE (id::VARCHAR AS id) FROM "${earlier}"`];
  });
  return [...withEarlier, ["ticks", TICKS]];
}
