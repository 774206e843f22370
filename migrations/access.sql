-- Who may do what, carried out at the end of every migration: row-level security on every table of ours, and for the
-- roles of hosted Supabase, where there are any, the right to read and nothing else. A table of ours is one whose comment
-- begins with "bilancio"; tables of others in the same schema are left alone.

DO $$
DECLARE
  ours record;
  numbers regclass;
  reader text;
BEGIN
  FOR ours IN
    SELECT c.oid::regclass AS name, c.relrowsecurity AS secured
    FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND obj_description(c.oid, 'pg_class') LIKE 'bilancio%'
  LOOP
    IF NOT ours.secured THEN
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', ours.name);
    END IF;
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', ours.name);
    -- Who may draw numbers from a sequence writes, too.
    FOR numbers IN
      SELECT d.objid::regclass FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
      WHERE d.refobjid = ours.name AND d.classid = 'pg_class'::regclass
    LOOP
      EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC', numbers);
      FOREACH reader IN ARRAY ARRAY['anon', 'authenticated'] LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = reader);
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM %I', numbers, reader);
      END LOOP;
    END LOOP;
    FOREACH reader IN ARRAY ARRAY['anon', 'authenticated'] LOOP
      CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = reader);
      EXECUTE format('REVOKE ALL ON %s FROM %I', ours.name, reader);
      EXECUTE format('GRANT SELECT ON %s TO %I', ours.name, reader);
      IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = ours.name AND p.polname = 'bilancio_read_' || reader) THEN
        EXECUTE format('CREATE POLICY %I ON %s FOR SELECT TO %I USING (true)', 'bilancio_read_' || reader, ours.name, reader);
      END IF;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'service_role') THEN
      EXECUTE format('GRANT ALL ON %s TO service_role', ours.name);
      IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = ours.name AND p.polname = 'bilancio_write_service_role') THEN
        EXECUTE format(
          'CREATE POLICY bilancio_write_service_role ON %s FOR ALL TO service_role USING (true) WITH CHECK (true)', ours.name
        );
      END IF;
    END IF;
  END LOOP;
  FOREACH reader IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = reader);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), reader);
  END LOOP;
END $$;
