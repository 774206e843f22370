/**
 * A problem of a file in one line.
 *
 * @module
 */
import type { Issue } from "../core/errors.ts";

/** The place and the rule: `run -> max_days: Max days must be positive`. */
export function issueText(issue: Issue): string {
  return issue.path.length > 0 ? `${issue.path.join(" -> ")}: ${issue.message}` : issue.message;
}
