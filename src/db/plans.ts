import type { Transaction } from './client.ts';

/**
 * From here to its end a transaction's statements are planned once for each connection instead of for each execution, and by
 * indexes: for those that look for a few rows by their keys, and may meet their tables small and find them grown. The planner
 * would ask itself anew wherever a value is a list. Not waited for.
 */
export function lookByKeys(tx: Transaction): void {
  tx`select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_mergejoin', 'off', true), set_config('enable_hashjoin', 'off', true)`.execute();
}
