/** ZIP archives whose bytes follow from what they hold alone. */
import { zipSync } from 'fflate';

/** The first day that a ZIP archive can name, in whatever zone. */
const MODIFIED_AT = new Date(1980, 0, 1);

/** In order of name. */
export function packed(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { mtime: MODIFIED_AT });
}
