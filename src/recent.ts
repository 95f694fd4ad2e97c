/** What was computed lately, by all that it was computed from: the same again is not computed again. */
export function recent<Value>(limit: number) {
  const kept = new Map<string, Value>();
  return async (key: string, compute: () => Promise<Value>): Promise<Value> => {
    const value = kept.get(key) ?? (await compute());
    // Last again; the first of a Map is the one not asked for the longest.
    kept.delete(key);
    kept.set(key, value);
    if (kept.size > limit) kept.delete(kept.keys().next().value!);
    return value;
  };
}
