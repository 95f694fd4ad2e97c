/** The granted patents of the bundled file, as the model cards and the walkthrough measure on them. */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LapseHistory } from '../models/lapse/types.ts';
import { factsOfRecord } from '../src/patents/record-facts.ts';
import { cnSample } from '../src/patents/sources/cnipa/sample.ts';
import type { AcceptedRecord } from '../src/patents/sources/record.ts';
import { technologyField } from '../src/patents/technology-field.ts';

const FILE = fileURLToPath(new URL('../data/cn_patents.csv', import.meta.url));

/** In the order of the file; whoever asks as of a day leaves out what was published later. */
export async function readGranted(): Promise<LapseHistory[]> {
  const histories: LapseHistory[] = [];
  for await (const record of cnSample.read(createReadStream(FILE))) {
    const history = record.ok ? historyOf(record) : null;
    if (history !== null) histories.push(history);
  }
  return histories;
}

function historyOf({ patent, signals }: AcceptedRecord): LapseHistory | null {
  const publishedOn = (kind: string) => signals.find((signal) => signal.kind === kind)?.published_on ?? null;
  const granted_on = publishedOn('granted');
  if (granted_on === null) return null;
  return {
    granted_on,
    terminated_notice_on: publishedOn('lapsed'),
    otherwise_ended_on: null,
    facts: factsOfRecord(patent, patent.filed_on!, {
      granted_on,
      legal_state: 'in_force',
      legal_state_since: granted_on,
      technology_field: technologyField(patent.ipc[0]!),
    }),
  };
}

/** Granted and without a notice of termination by a day: those a lender would have asked about. */
export function silentOn(histories: readonly LapseHistory[], day: string): LapseHistory[] {
  return histories.filter(
    ({ granted_on, terminated_notice_on }) =>
      granted_on <= day && (terminated_notice_on === null || terminated_notice_on > day),
  );
}
