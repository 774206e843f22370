/**
 * JSON of files and of other programs.
 *
 * @module
 */
import { ValidationError } from "./errors.ts";

/**
 * The value in a text.
 *
 * @param subject what the text is, such as the path of its file
 * @throws {ValidationError} for a text that is no JSON.
 */
export function parsedJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ValidationError(subject, [{ path: [], message: `is no JSON: ${message}` }]);
  }
}
