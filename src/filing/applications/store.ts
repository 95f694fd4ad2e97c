/** Applications at an office, with their steps, terms, fees and office actions. Who sees them is held by the database. */

import type { ApplicationState } from '../../../models/filing/procedure.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Sql } from '../../db/client.ts';
import { Problem } from '../../errors.ts';

export const OFFICES = ['CN', 'EP', 'WO'] as const;
export type Office = (typeof OFFICES)[number];

export interface Application {
  id: string;
  firm_id: string;
  draft_id: string;
  /** Of the draft, as it is filed. */
  version: number;
  office: Office;
  right_type: 'invention' | 'utility_model';
  state: ApplicationState;
  priority_on: CalendarDate | null;
  application_number: string | null;
  filed_on: CalendarDate | null;
  /** By which the patent database knows it, once it does. */
  patent_id: string | null;
  granted_on: CalendarDate | null;
  watched_at: Date | null;
  created_at: Date;
}

/** In order of id; those that the caller may see. */
export async function listApplications(sql: Sql, after: string, limit: number): Promise<Application[]> {
  return sql<Application[]>`select ${columns(sql)} from filing_application where id > ${after}
    order by id limit ${limit}`;
}

/** @throws Problem `not_found` unless the caller may see it */
export async function findApplication(sql: Sql, id: string, lock = false): Promise<Application> {
  const [found] = await sql<Application[]>`select ${columns(sql)} from filing_application where id = ${id}
    ${lock ? sql`for update` : sql``}`;
  if (!found) throw new Problem('not_found', 'There is no such application.');
  return found;
}

function columns(sql: Sql) {
  return sql`id, firm_id, draft_id, version, office, right_type, state, priority_on, application_number, filed_on,
    patent_id, granted_on, watched_at, created_at`;
}
