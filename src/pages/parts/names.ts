/** Who somebody is, for colleagues. */
import type { Sql } from '../../db/client.ts';
import { peopleOf } from '../../people/store.ts';
import type { Vault } from '../../secrets/vault.ts';

/** @returns the name of a person of the organisation; of anybody else, and of a key or job, its id */
export async function namesOf(
  sql: Sql,
  vault: Vault,
  organisation_id: string,
): Promise<(id: string) => string> {
  const people = await peopleOf(sql, vault, organisation_id);
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}
