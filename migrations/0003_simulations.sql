-- Recorded simulations of both models (specification chapter 08, sections 3 and 20): days of the ring model are ticks.
-- Money is whole cents. Where chapter 08 keeps JSON as text, this is jsonb.

CREATE TABLE simulations (
  simulation_id text PRIMARY KEY,
  model text NOT NULL,
  config_file text,
  config_hash text,
  config_name text,
  description text,
  rng_seed numeric,
  ticks_per_day bigint NOT NULL,
  num_days bigint,
  num_agents bigint,
  config_json jsonb,
  status text NOT NULL DEFAULT 'running',
  started_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  ended_at timestamptz,
  total_arrivals bigint,
  total_settlements bigint,
  total_cost_cents bigint,
  duration_seconds double precision,
  ticks_per_second double precision,
  experiment_run_id text,
  experiment_iteration integer,
  behaviours jsonb,
  error text,
  outcome jsonb,
  -- Who began the recording: a start that is sent again is known by it.
  recording uuid NOT NULL
);
COMMENT ON TABLE simulations IS 'bilancio: a recorded simulation';
CREATE INDEX simulations_status ON simulations (status);
CREATE INDEX simulations_started_at ON simulations (started_at DESC);
CREATE INDEX simulations_experiment_run_id ON simulations (experiment_run_id);

CREATE TABLE simulation_runs (
  simulation_id text PRIMARY KEY REFERENCES simulations ON DELETE CASCADE,
  config_name text,
  config_hash text,
  description text,
  start_time timestamptz,
  end_time timestamptz,
  ticks_per_day bigint,
  num_days bigint,
  rng_seed numeric,
  status text,
  total_transactions bigint
);
COMMENT ON TABLE simulation_runs IS 'bilancio: a completed run of a scenario file';
CREATE INDEX simulation_runs_config ON simulation_runs (config_hash, rng_seed);

CREATE TABLE simulation_events (
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  sequence bigint NOT NULL,
  event_id text GENERATED ALWAYS AS (simulation_id || ':' || sequence) STORED,
  tick bigint NOT NULL,
  day bigint NOT NULL,
  -- Rises with the sequence, so that it gives the order within a tick.
  event_timestamp timestamptz NOT NULL,
  event_type text NOT NULL,
  details jsonb NOT NULL,
  agent_id text,
  tx_id text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (simulation_id, sequence)
);
COMMENT ON TABLE simulation_events IS 'bilancio: the events of recorded simulations';
CREATE INDEX simulation_events_tick ON simulation_events (simulation_id, tick);
CREATE INDEX simulation_events_type ON simulation_events (simulation_id, event_type);

CREATE TABLE agent_state_registers (
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  tick bigint NOT NULL,
  agent_id text NOT NULL,
  register_key text NOT NULL,
  register_value double precision NOT NULL,
  PRIMARY KEY (simulation_id, tick, agent_id, register_key)
);
COMMENT ON TABLE agent_state_registers IS 'bilancio: what policies kept in the registers of their agents';

CREATE TABLE transactions (
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  tx_id text NOT NULL,
  sender_id text,
  receiver_id text,
  amount bigint,
  priority bigint,
  is_divisible boolean,
  arrival_tick bigint,
  arrival_day bigint,
  deadline_tick bigint,
  settlement_tick bigint,
  settlement_day bigint,
  status text,
  overdue_since_tick bigint,
  drop_reason text,
  amount_settled bigint,
  queue1_ticks bigint,
  queue2_ticks bigint,
  total_delay_ticks bigint,
  delay_cost bigint,
  parent_tx_id text,
  split_index bigint,
  rtgs_priority text,
  rtgs_submission_tick bigint,
  declared_rtgs_priority text,
  PRIMARY KEY (simulation_id, tx_id)
);
COMMENT ON TABLE transactions IS 'bilancio: payments between banks';

CREATE TABLE daily_agent_metrics (
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  agent_id text NOT NULL,
  day bigint NOT NULL,
  opening_balance bigint,
  closing_balance bigint,
  min_balance bigint,
  max_balance bigint,
  unsecured_cap bigint,
  peak_overdraft bigint,
  opening_posted_collateral bigint,
  closing_posted_collateral bigint,
  peak_posted_collateral bigint,
  collateral_capacity bigint,
  num_collateral_posts bigint,
  num_collateral_withdrawals bigint,
  num_arrivals bigint,
  num_sent bigint,
  num_received bigint,
  num_settled bigint,
  num_dropped bigint,
  queue1_peak_size bigint,
  queue1_eod_size bigint,
  liquidity_cost bigint,
  delay_cost bigint,
  collateral_cost bigint,
  split_friction_cost bigint,
  deadline_penalty_cost bigint,
  total_cost bigint,
  PRIMARY KEY (simulation_id, agent_id, day)
);
COMMENT ON TABLE daily_agent_metrics IS 'bilancio: balances, counts and costs of a bank on a day';

CREATE TABLE agent_queue_snapshots (
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  agent_id text NOT NULL,
  day bigint NOT NULL,
  queue_type text NOT NULL,
  position bigint NOT NULL,
  transaction_id text NOT NULL,
  PRIMARY KEY (simulation_id, agent_id, day, queue_type, position)
);
COMMENT ON TABLE agent_queue_snapshots IS 'bilancio: what stood in the queue of a bank at the end of a day';

CREATE TABLE policy_snapshots (
  simulation_id text NOT NULL,
  agent_id text NOT NULL,
  snapshot_day bigint NOT NULL,
  snapshot_tick bigint NOT NULL,
  policy_hash text,
  policy_json jsonb,
  created_by text,
  PRIMARY KEY (simulation_id, agent_id, snapshot_day, snapshot_tick)
);
COMMENT ON TABLE policy_snapshots IS 'bilancio: the policies with which banks began';

CREATE TABLE simulation_ticks (
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  position bigint NOT NULL,
  tick bigint NOT NULL,
  arrivals bigint,
  settlements bigint,
  lsm_releases bigint,
  cost bigint,
  queue2 bigint,
  total_arrivals bigint,
  total_settlements bigint,
  released bigint,
  -- The events of the tick: from the first one up to the end, which is not of them.
  first_event bigint NOT NULL,
  end_event bigint NOT NULL,
  PRIMARY KEY (simulation_id, position)
);
COMMENT ON TABLE simulation_ticks IS 'bilancio: the ticks of a simulation in the order in which they ran';

CREATE TABLE simulation_positions (
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  -- That of a day's last tick, -1 for the end of the simulation.
  position bigint NOT NULL,
  agent bigint NOT NULL,
  agent_id text NOT NULL,
  balance bigint,
  posted_collateral bigint,
  queue1_size bigint,
  PRIMARY KEY (simulation_id, position, agent)
);
COMMENT ON TABLE simulation_positions IS 'bilancio: where banks stood at the end of days, and of the simulation';

CREATE TABLE policy_decisions (
  id bigint NOT NULL,
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  agent_id text NOT NULL,
  tick bigint NOT NULL,
  day bigint NOT NULL,
  decision_type text NOT NULL,
  tx_id text,
  reason text,
  num_splits bigint,
  child_tx_ids jsonb,
  PRIMARY KEY (simulation_id, id)
);
COMMENT ON TABLE policy_decisions IS 'bilancio: what policies decided about payments (full replay)';

CREATE TABLE tick_agent_states (
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  agent_id text NOT NULL,
  tick bigint NOT NULL,
  day bigint NOT NULL,
  balance bigint,
  balance_change bigint,
  unsecured_cap bigint,
  posted_collateral bigint,
  liquidity_cost bigint,
  delay_cost bigint,
  collateral_cost bigint,
  penalty_cost bigint,
  split_friction_cost bigint,
  liquidity_cost_delta bigint,
  delay_cost_delta bigint,
  collateral_cost_delta bigint,
  penalty_cost_delta bigint,
  split_friction_cost_delta bigint,
  PRIMARY KEY (simulation_id, agent_id, tick)
);
COMMENT ON TABLE tick_agent_states IS 'bilancio: banks after every tick (full replay)';

CREATE TABLE tick_queue_snapshots (
  simulation_id text NOT NULL REFERENCES simulations ON DELETE CASCADE,
  agent_id text NOT NULL,
  tick bigint NOT NULL,
  queue_type text NOT NULL,
  position bigint NOT NULL,
  tx_id text NOT NULL,
  PRIMARY KEY (simulation_id, agent_id, tick, queue_type, position)
);
COMMENT ON TABLE tick_queue_snapshots IS 'bilancio: queues after every tick (full replay)';

CREATE TABLE simulation_checkpoints (
  checkpoint_id text PRIMARY KEY,
  simulation_id text NOT NULL,
  checkpoint_tick bigint,
  checkpoint_day bigint,
  checkpoint_timestamp timestamptz,
  -- Text, not jsonb: its hash is that of its characters.
  state_json text,
  state_hash text,
  config_json text,
  config_hash text,
  checkpoint_type text,
  description text,
  created_by text,
  num_agents bigint,
  num_transactions bigint,
  total_size_bytes bigint
);
COMMENT ON TABLE simulation_checkpoints IS 'bilancio: saved states of simulations';
CREATE INDEX simulation_checkpoints_simulation_id ON simulation_checkpoints (simulation_id, checkpoint_tick);

CREATE TABLE experiments (
  run_id text PRIMARY KEY,
  experiment_name text,
  experiment_type text,
  config jsonb,
  created_at timestamptz,
  completed_at timestamptz,
  num_iterations integer DEFAULT 0,
  converged boolean DEFAULT false,
  convergence_reason text
);
COMMENT ON TABLE experiments IS 'bilancio: an optimisation of policies';

CREATE TABLE experiment_iterations (
  run_id text NOT NULL REFERENCES experiments ON DELETE CASCADE,
  iteration integer NOT NULL,
  costs_per_agent jsonb,
  accepted_changes jsonb,
  policies jsonb,
  timestamp timestamptz,
  PRIMARY KEY (run_id, iteration)
);
COMMENT ON TABLE experiment_iterations IS 'bilancio: an iteration of an optimisation of policies';

CREATE TABLE experiment_events (
  id bigint PRIMARY KEY,
  run_id text NOT NULL REFERENCES experiments ON DELETE CASCADE,
  iteration integer,
  event_type text,
  event_data jsonb,
  timestamp timestamptz
);
COMMENT ON TABLE experiment_events IS 'bilancio: what happened in an optimisation of policies';
CREATE INDEX experiment_events_run_id ON experiment_events (run_id, id);

CREATE TABLE policy_evaluations (
  run_id text NOT NULL REFERENCES experiments ON DELETE CASCADE,
  iteration integer NOT NULL,
  agent_id text NOT NULL,
  evaluation_mode text,
  proposed_policy jsonb,
  old_cost bigint,
  new_cost bigint,
  context_simulation_cost bigint,
  accepted boolean,
  acceptance_reason text,
  delta_sum bigint,
  num_samples bigint,
  sample_details jsonb,
  scenario_seed bigint,
  timestamp timestamptz,
  settlement_rate double precision,
  avg_delay double precision,
  cost_breakdown jsonb,
  cost_std_dev bigint,
  confidence_interval_95 jsonb,
  agent_stats jsonb,
  PRIMARY KEY (run_id, iteration, agent_id)
);
COMMENT ON TABLE policy_evaluations IS 'bilancio: how a proposed policy compared with the one it would replace';
