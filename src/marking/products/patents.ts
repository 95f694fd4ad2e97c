/** What stands behind a mark: patents of its owner's, and whether they are in force today. */
import { isSameName, mayBeSameName } from '../../../models/party-name.ts';
import type { CalendarDate, LegalState, RightType } from '../../../models/types.ts';
import type { Sql } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { grantNumbers } from '../../patents/bibliography.ts';
import { type KnownPatent, knownPatents } from '../../patents/facts.ts';
import { ownersByPatent } from '../../patents/owners.ts';
import { say } from '../sentences.ts';

/** Whether the register names the organisation: by its spelling, as far as can be told, not at all, or somebody else. */
export type OwnerMatch = 'same' | 'possible' | 'not_told' | 'other';

export interface MarkedPatent {
  patent_id: string;
  office: string;
  application_number: string;
  right_type: RightType;
  /** As it is marked: category and `ZL` number in China, the number of the grant elsewhere. */
  number: string;
  legal_state: LegalState;
  /** Since when that is public. */
  since: CalendarDate | null;
  granted_on: CalendarDate | null;
  expires_on: CalendarDate | null;
}

export interface ExaminedPatent extends MarkedPatent {
  owners: string[];
  owner_match: OwnerMatch;
}

/** Those that are known, in the order of the ids. */
export async function markedPatents(
  sql: Sql,
  patent_ids: readonly string[],
  now: Date,
): Promise<MarkedPatent[]> {
  const [known, granted] = await Promise.all([
    knownPatents(sql, patent_ids, now),
    grantNumbers(sql, patent_ids, now),
  ]);
  return patent_ids.flatMap((id) => {
    const patent = known.get(id);
    return patent ? [markedPatent(patent, granted.get(id) ?? null)] : [];
  });
}

function markedPatent({ patent_id, facts, expires_on }: KnownPatent, granted: string | null): MarkedPatent {
  const { office, application_number, right_type, legal_state, legal_state_since, granted_on } = facts;
  const number = office === 'CN' ? `ZL${application_number}` : `${office} ${granted ?? application_number}`;
  const about = { patent_id, office, application_number, right_type, number };
  return { ...about, legal_state, since: legal_state_since, granted_on, expires_on };
}

export async function examinePatents(
  sql: Sql,
  patent_ids: readonly string[],
  organisation_name: string,
  now: Date,
): Promise<ExaminedPatent[]> {
  const [patents, owners] = await Promise.all([
    markedPatents(sql, patent_ids, now),
    ownersByPatent(sql, patent_ids, now),
  ]);
  return patents.map((patent) => {
    const names = (owners.get(patent.patent_id) ?? []).map(({ name }) => name);
    return { ...patent, owners: names, owner_match: ownerMatch(names, organisation_name) };
  });
}

function ownerMatch(names: readonly string[], organisation_name: string): OwnerMatch {
  if (names.length === 0) return 'not_told';
  if (names.some((name) => isSameName(name, organisation_name))) return 'same';
  return names.some((name) => mayBeSameName(name, organisation_name)) ? 'possible' : 'other';
}

/**
 * One answer for whatever is wrong: it says what the rule is, and nothing of whose the patent is.
 * @throws Problem `refused` unless each is known, in force today, and not in another's name
 */
export async function requireMarkable(
  sql: Sql,
  patent_ids: readonly string[],
  organisation_name: string,
  now: Date,
): Promise<ExaminedPatent[]> {
  const examined = await examinePatents(sql, patent_ids, organisation_name, now);
  const markable = new Set(
    examined
      .filter(({ legal_state, owner_match }) => legal_state === 'in_force' && owner_match !== 'other')
      .map(({ patent_id }) => patent_id),
  );
  const refused = patent_ids.find((id) => !markable.has(id));
  if (refused !== undefined) throw new Problem('refused', say('patent_unmarkable', { patent_id: refused }));
  return examined;
}
