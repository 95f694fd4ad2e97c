/**
 * The subclass of an IPC symbol: its first four characters (section, class, subclass).
 *
 * CPC symbols have the same head and stand in for IPC; their section Y is accepted.
 * Source: WIPO Guide to the IPC, hierarchy of symbols [M]. Errors: FormulaFailure `ipc_invalid`.
 * Worked: 'A61K31/00' gives 'A61K'.
 */
import { FormulaFailure } from '../failure.ts';

const SUBCLASS = /^[A-HY]\d\d[A-Z](?![A-Z])/;

export function ipcSubclass(symbol: string): string {
  if (!SUBCLASS.test(symbol))
    throw new FormulaFailure('ipc_invalid', `'${symbol}' is no IPC symbol; give one such as A61K31/00.`);
  return symbol.slice(0, 4);
}
