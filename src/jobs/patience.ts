/**
 * Waiting for somebody who may never answer, for a while.
 *
 * @module
 */

/** What came of work within a time; undefined when it took longer. What becomes of it then nobody hears. */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  // Past the patience a failure is nobody's.
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
