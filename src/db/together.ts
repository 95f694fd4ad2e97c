/**
 * Several works on one transaction, each of which sends what it can without waiting for the others. All have ended when this
 * does: a statement of one would otherwise come after the rollback for another, and stand outside of every transaction.
 * @throws what the first of them that failed threw
 */
export async function together<Results extends readonly unknown[]>(
  works: {
    [Index in keyof Results]: Promise<Results[Index]>;
  },
): Promise<Results> {
  const settled = await Promise.allSettled(works as readonly Promise<unknown>[]);
  const failed = settled.find((work) => work.status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map((work) => (work as PromiseFulfilledResult<unknown>).value) as unknown as Results;
}
