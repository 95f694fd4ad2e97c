/** Reads data/cn_patents.csv, Chinese inventions of section A published in 2002, into facts and histories. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { expiresOn } from '../../models/annuity/cnipa.ts';
import type { LapseHistory } from '../../models/lapse/types.ts';
import type { PatentFacts } from '../../models/types.ts';

type Row = Record<string, string>;

const FILE = new URL('../../data/cn_patents.csv', import.meta.url);

/** Every granted patent of the file; a notice after the end of the term is an expiry. */
export function cnHistories(): LapseHistory[] {
  const rows: Row[] = parse(readFileSync(FILE), { columns: true, bom: true });
  return rows.filter((row) => known(row.grant) !== null).map(history);
}

/** As the file told of it on a day. */
export function knownOn(histories: readonly LapseHistory[], day: string): LapseHistory[] {
  const by = (date: string | null) => (date !== null && date <= day ? date : null);
  return histories
    .filter(({ granted_on }) => granted_on <= day)
    .map((one) => ({
      ...one,
      terminated_notice_on: by(one.terminated_notice_on),
      otherwise_ended_on: by(one.otherwise_ended_on),
    }));
}

function history(row: Row): LapseHistory {
  const filed_on = row.app_date!;
  const notice = known(row.terminate);
  const expired = notice !== null && notice >= expiresOn('invention', filed_on);
  const facts: PatentFacts = {
    office: 'CN',
    application_number: row.app_num!.slice(2),
    right_type: 'invention',
    filed_on,
    granted_on: row.grant!,
    legal_state: 'in_force',
    legal_state_since: row.grant!,
    claims: Number(row.total_claims),
    ipc: row.IPC!.split(';').filter((symbol) => !symbol.trim().startsWith('//')),
    individual_applicant: row.type3_individual === '1',
    domestic_applicant: row.Chinese === '1',
    agency: row.if_agency === '1',
    technology_field: null,
    paid_through: null,
    challenges: [],
    register_seen_on: null,
  };
  return {
    facts,
    granted_on: row.grant!,
    terminated_notice_on: expired ? null : notice,
    otherwise_ended_on: expired ? notice : null,
  };
}

function known(text: string | undefined): string | null {
  return text === undefined || text === '' || text === 'NA' ? null : text;
}
