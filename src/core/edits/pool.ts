/** Files are waited for far longer than they are worked on, and only so many may be open, or in memory. */
const atOnce = 16;

/** Answers in the order asked. After a failure nothing more begins, and what runs is waited for: nothing goes on behind its back. */
export async function inPool<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const answers = new Array<R>(items.length);
  let next = 0;
  const runOn = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      try {
        answers[index] = await work(items[index]!);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, runOn));
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  return answers;
}
