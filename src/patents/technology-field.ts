/** WIPO's 35 technology fields, from the office's own concordance (data/wipo_ipc_technology_concordance.csv). */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

const FILE = new URL('../../data/wipo_ipc_technology_concordance.csv', import.meta.url);
const SUBCLASS_LENGTH = 4;

/** By subclass, and by subclass and main group where the table tells them apart. */
const FIELDS: ReadonlyMap<string, number> = new Map(
  (parse(readFileSync(FILE), { columns: true, bom: true }) as { ipc_prefix: string; field: string }[]).map(
    ({ ipc_prefix, field }) => [ipc_prefix.replace(/[\s/]/g, ''), Number(field)],
  ),
);

/** Field of an IPC symbol such as `A61K31/00`, 1 to 35; null when the table has none. */
export function technologyField(ipc: string): number | null {
  const symbol = ipc.replace(/\s/g, '');
  const [group] = symbol.split('/');
  return FIELDS.get(group!) ?? FIELDS.get(symbol.slice(0, SUBCLASS_LENGTH)) ?? null;
}
