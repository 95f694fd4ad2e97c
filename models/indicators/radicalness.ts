/**
 * Radicalness: how far the cited patents lie outside the patent's own technologies (class-share variant).
 *
 *   R = IPC symbols of the distinct cited patents in subclasses foreign to the patent / all their IPC symbols.
 * Symbols are counted at the finest level given. Not the coarser set-disjoint variant, where a cited patent counts
 * only when it shares no subclass at all.
 * Source: Shane 2001; OECD indicator 11 (Squicciarini, Dernis and Criscuolo 2013) [M].
 * Unit: share, 0 to 1; null when no cited patent has a class. Errors: FormulaFailure `ipc_empty`, `ipc_invalid`.
 * Worked (golden G3): 4 foreign of 10 cited symbols give .4.
 */
import { FormulaFailure } from '../failure.ts';
import { type CitedPatent, distinctCited } from './backward-citations.ts';
import { ipcSubclass } from './subclass.ts';

export function radicalness(own_ipc: readonly string[], cited: readonly CitedPatent[]): number | null {
  if (own_ipc.length === 0)
    throw new FormulaFailure('ipc_empty', 'The patent has no IPC symbol; give at least one.');
  const own = new Set(own_ipc.map(ipcSubclass));
  const symbols = distinctCited(cited).flatMap(({ ipc }) => ipc);
  const foreign = symbols.filter((symbol) => !own.has(ipcSubclass(symbol)));
  return symbols.length === 0 ? null : foreign.length / symbols.length;
}
