-- Jobs, their runs, measures and events (specification chapter 09, section 3.3).
--
-- The ids of runs follow from what is simulated, so the same run may belong to two jobs: a run is known by its job and
-- its id.

CREATE TABLE jobs (
  job_id text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  status text NOT NULL DEFAULT 'pending'
    CONSTRAINT jobs_valid_status CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
  description text,
  sweep_type text NOT NULL,
  n_agents integer NOT NULL,
  maturity_days integer NOT NULL DEFAULT 5,
  kappas numeric[] NOT NULL,
  concentrations numeric[] NOT NULL,
  mus numeric[] NOT NULL,
  outside_mid_ratios numeric[] DEFAULT '{1}',
  seeds integer[] DEFAULT '{42}',
  cloud boolean DEFAULT false,
  total_runs integer,
  completed_runs integer DEFAULT 0,
  failed_runs integer DEFAULT 0,
  error text,
  notes text,
  volume_experiment_id text
);
COMMENT ON TABLE jobs IS 'bilancio: one submission of one experiment by a user';
CREATE INDEX jobs_status ON jobs (status, created_at DESC);
CREATE INDEX jobs_created_at ON jobs (created_at DESC);

CREATE TABLE runs (
  run_id text NOT NULL,
  job_id text NOT NULL REFERENCES jobs ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  status text NOT NULL DEFAULT 'pending'
    CONSTRAINT runs_valid_status CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
  kappa numeric NOT NULL,
  concentration numeric NOT NULL,
  mu numeric NOT NULL,
  monotonicity numeric,
  outside_mid_ratio numeric DEFAULT 1,
  seed integer DEFAULT 42,
  regime text,
  parameters jsonb NOT NULL DEFAULT '{}',
  execution_time_ms integer,
  worker text,
  attempt integer NOT NULL DEFAULT 1,
  error text,
  scenario_yaml_url text,
  events_jsonl_url text,
  balances_csv_url text,
  run_html_url text,
  metrics_html_url text,
  artifacts jsonb NOT NULL DEFAULT '{}',
  -- The order in which runs were first recorded.
  place bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (job_id, run_id)
);
COMMENT ON TABLE runs IS 'bilancio: one simulation of one scenario, as part of a job';
CREATE INDEX runs_job_id ON runs (job_id, place);
CREATE INDEX runs_status ON runs (status);
CREATE INDEX runs_run_id ON runs (run_id);
CREATE INDEX runs_kappa ON runs (kappa);

CREATE TABLE metrics (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL,
  job_id text NOT NULL REFERENCES jobs ON DELETE CASCADE,
  delta_total numeric,
  phi_total numeric,
  n_defaults integer,
  n_clears integer,
  time_to_stability integer,
  trading_effect numeric,
  total_trades integer,
  total_trade_volume numeric,
  raw_metrics jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT metrics_one_per_run UNIQUE (job_id, run_id),
  FOREIGN KEY (job_id, run_id) REFERENCES runs (job_id, run_id) ON DELETE CASCADE
);
COMMENT ON TABLE metrics IS 'bilancio: the measures of a completed run';
CREATE INDEX metrics_job_id ON metrics (job_id, delta_total, run_id);
CREATE INDEX metrics_run_id ON metrics (run_id);
CREATE INDEX metrics_delta_total ON metrics (delta_total, run_id, job_id);

CREATE TABLE job_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text NOT NULL REFERENCES jobs ON DELETE CASCADE,
  event_type text NOT NULL,
  timestamp timestamptz NOT NULL DEFAULT now(),
  details jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE job_events IS 'bilancio: what happened to a job; equal events are one event';
CREATE INDEX job_events_job_id ON job_events (job_id, timestamp, id);
-- Sending an event again changes nothing.
CREATE UNIQUE INDEX job_events_once ON job_events (job_id, event_type, timestamp, md5(details::text));
