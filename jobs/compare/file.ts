/** The comparison on a patent file, without a database: what the file tells, as it was public on a day. */
import { CNIPA_OFFICE, expiresOn } from '../../models/annuity/cnipa.ts';
import { LAPSE_MODEL } from '../../models/lapse/fit.ts';
import { STAGE_RATE_MODEL } from '../../models/lapse/stage-rate.ts';
import type { LapseHistory } from '../../models/lapse/types.ts';
import { legalHistory } from '../../models/legal-state.ts';
import type { CalendarDate } from '../../models/types.ts';
import { StartupError } from '../../src/errors.ts';
import {
  type Comparison,
  compareModels,
  LAPSE_METRIC,
  latestAskable,
} from '../../src/governance/comparison.ts';
import { factsOfRecord } from '../../src/patents/record-facts.ts';
import { openSourceFile } from '../../src/patents/source-file.ts';
import type { AcceptedRecord } from '../../src/patents/sources/record.ts';

/** What ends a granted right, or takes the end back. */
const ENDINGS = ['lapsed', 'expired', 'surrendered', 'invalidated', 'restored'];
const END_OF_TIME = '9999-12-31';

/** @param on null for the last day whose outcomes the file tells @throws StartupError when it cannot be read */
export async function compareOnFile(
  file: string,
  on: CalendarDate | null,
  evaluated_on: CalendarDate,
): Promise<{ comparison: Comparison; bad: number }> {
  const { records, bad } = await readRecords(file);
  const later = historiesOn(records, END_OF_TIME);
  const asked_on = on ?? latestAskable(later);
  const snapshot = { asked_on, known: historiesOn(records, asked_on), later };
  const ids = { champion: LAPSE_MODEL, challenger: STAGE_RATE_MODEL };
  const { comparison } = compareModels(ids, snapshot, LAPSE_METRIC, evaluated_on);
  return { comparison, bad };
}

/** The first record of each patent. */
async function readRecords(file: string): Promise<{ records: AcceptedRecord[]; bad: number }> {
  const byNumber = new Map<string, AcceptedRecord>();
  let bad = 0;
  try {
    for await (const record of (await openSourceFile(file)).records()) {
      if (!record.ok) bad++;
      else if (!byNumber.has(record.patent.application_number))
        byNumber.set(record.patent.application_number, record);
    }
  } catch (error) {
    throw new StartupError((error as Error).message);
  }
  return { records: [...byNumber.values()], bad };
}

/** Granted Chinese inventions, as `lapseHistories` gives them from the database. */
function historiesOn(records: readonly AcceptedRecord[], day: CalendarDate): LapseHistory[] {
  return records.map((record) => historyOn(record, day)).filter((history) => history !== null);
}

function historyOn({ patent, signals }: AcceptedRecord, day: CalendarDate): LapseHistory | null {
  const { office, right_type, filed_on } = patent;
  if (office !== CNIPA_OFFICE || right_type !== 'invention' || filed_on === null) return null;
  const published = signals
    .filter(({ published_on }) => published_on <= day)
    .sort((a, b) => Number(a.published_on > b.published_on) - Number(a.published_on < b.published_on));
  const { state, since, granted_on } = legalHistory(published, expiresOn(right_type, filed_on), day);
  if (granted_on === null) return null;
  const ended = published.findLast(({ kind }) => ENDINGS.includes(kind));
  const over = ended !== undefined && ended.kind !== 'restored' ? ended.published_on : null;
  const lapsed = ended?.kind === 'lapsed';
  return {
    facts: factsOfRecord(patent, filed_on, { granted_on, legal_state: state, legal_state_since: since }),
    granted_on,
    terminated_notice_on: lapsed ? over : null,
    otherwise_ended_on: lapsed ? null : over,
  };
}
