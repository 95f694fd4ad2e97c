/**
 * Patent scope: how many technologies the document is filed under.
 *
 *   scope = number of distinct four-character IPC subclasses of the patent.
 * Source: Lerner 1994; OECD indicator 1 (Squicciarini, Dernis and Criscuolo 2013) [M].
 * Unit: subclasses, at least 1. Errors: FormulaFailure `ipc_empty`, `ipc_invalid`.
 * Worked: A61K31/00, A61K9/20, C07D303/48 give 2.
 */
import { FormulaFailure } from '../failure.ts';
import { ipcSubclass } from './subclass.ts';

export function patentScope(ipc: readonly string[]): number {
  if (ipc.length === 0)
    throw new FormulaFailure('ipc_empty', 'The patent has no IPC symbol; give at least one.');
  return new Set(ipc.map(ipcSubclass)).size;
}
