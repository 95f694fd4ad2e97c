/** Model inputs straight from a source's record, for work on a file without a database. */
import type { CalendarDate, PatentFacts } from '../../models/types.ts';
import type { PatentRecord } from './sources/record.ts';

/** What the record does not tell is not known, unless the caller adds it. */
export function factsOfRecord(
  { office, application_number, right_type, claims, ipc, ...told }: PatentRecord,
  filed_on: CalendarDate,
  known: Pick<PatentFacts, 'granted_on' | 'legal_state' | 'legal_state_since'> & Partial<PatentFacts>,
): PatentFacts {
  const { individual_applicant, domestic_applicant, agency } = told;
  return {
    ...{ office, application_number, right_type, filed_on, claims, ipc },
    ...{ individual_applicant, domestic_applicant, agency },
    technology_field: null,
    paid_through: null,
    challenges: [],
    register_seen_on: null,
    ...known,
  };
}
