import { uuidOf } from '../canonical.ts';

/**
 * The id of a patent, derived from office (WIPO ST.3) and application number. Any machine finds the id without
 * asking a database, reading a file twice makes no second patent, and the id is the only key a distributed
 * patent table needs.
 */
export function patentId(office: string, application_number: string): string {
  return uuidOf(`patent|${office}|${application_number}`);
}
