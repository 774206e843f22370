-- Sweeps, their comparisons and their registries (specification chapter 09, section 3.3).
--
-- The ids of runs follow from what is simulated, so the same run may belong to two sweeps and to both arms of one: a row
-- of the registry is known by its sweep, its arm (branch, empty for a plain sweep) and its id.

CREATE TABLE sweeps (
  sweep_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  sweep_type text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  config jsonb NOT NULL DEFAULT '{}',
  summary jsonb,
  pairs_total integer,
  pairs_completed integer
);
COMMENT ON TABLE sweeps IS 'bilancio: a set of runs made by one sweep';
CREATE INDEX sweeps_created_at ON sweeps (created_at DESC);

CREATE TABLE comparison_results (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  sweep_id uuid NOT NULL REFERENCES sweeps ON DELETE CASCADE,
  kappa numeric,
  concentration numeric,
  mu numeric,
  monotonicity numeric,
  seed integer,
  face_value numeric,
  outside_mid_ratio numeric,
  delta_passive numeric,
  phi_passive numeric,
  passive_run_id text,
  passive_status text,
  delta_active numeric,
  phi_active numeric,
  active_run_id text,
  active_status text,
  trading_effect numeric,
  trading_relief_ratio numeric,
  dealer_total_pnl numeric,
  dealer_total_return numeric,
  total_trades integer,
  extra jsonb NOT NULL DEFAULT '{}',
  -- The order of the rows in comparison.csv.
  place bigint GENERATED ALWAYS AS IDENTITY
);
COMMENT ON TABLE comparison_results IS 'bilancio: the two arms of a pair, side by side';
CREATE INDEX comparison_results_sweep_id ON comparison_results (sweep_id, place);
-- One row for each point. A parameter that a sweep does not have is a value like any other, which it is not for a plain
-- UNIQUE before Postgres 15.
CREATE UNIQUE INDEX comparison_results_point ON comparison_results (
  sweep_id,
  coalesce(kappa, 'NaN'),
  coalesce(concentration, 'NaN'),
  coalesce(mu, 'NaN'),
  coalesce(monotonicity, 'NaN'),
  coalesce(outside_mid_ratio, 'NaN'),
  coalesce(seed, -1)
);

CREATE TABLE run_registry (
  run_id text NOT NULL,
  sweep_id uuid NOT NULL REFERENCES sweeps ON DELETE CASCADE,
  branch text NOT NULL DEFAULT '',
  parameters jsonb NOT NULL DEFAULT '{}',
  metrics jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL
    CONSTRAINT run_registry_valid_status CHECK (status IN ('pending', 'running', 'completed', 'failed')),
  created_at timestamptz NOT NULL DEFAULT now(),
  error text,
  artifact_paths jsonb NOT NULL DEFAULT '{}',
  -- Parameters and metrics in a form in which equal values are equal texts: 1, 1.0 and "1.00" are "1e0".
  comparable jsonb NOT NULL DEFAULT '{}',
  -- The order in which runs were first recorded.
  place bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (sweep_id, branch, run_id)
);
COMMENT ON TABLE run_registry IS 'bilancio: the table of all runs of a sweep';
CREATE INDEX run_registry_sweep_id ON run_registry (sweep_id, branch, place);
CREATE INDEX run_registry_comparable ON run_registry USING gin (comparable jsonb_path_ops);
