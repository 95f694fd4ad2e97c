/** The sources that can be read, and which of them a file is. */

import { cnipaNoticeLog } from './cnipa/notice-log.ts';
import { cnipaNotices } from './cnipa/notices.ts';
import { cnSample } from './cnipa/sample.ts';
import { dpmaRegister } from './dpma/register.ts';
import { epoOpsBiblio } from './epo/ops-biblio.ts';
import { epoOpsFamily } from './epo/ops-family.ts';
import { epoOpsLegal } from './epo/ops-legal.ts';
import { epoRegister } from './epo/register.ts';
import { googlePatents, googlePatentsTable } from './google-patents.ts';
import { lens } from './lens.ts';
import {
  patentsviewAnswer,
  patentsviewApplications,
  patentsviewLines,
  patentsviewPatents,
} from './patentsview.ts';
import { patstat } from './patstat/tables.ts';
import { type SourceAdapter, SourceFormatError } from './record.ts';
import { st27Events } from './st27/events.ts';
import { kiprisStatus } from './st27/kipris-status.ts';
import { usptoApplicationAnswers } from './uspto/application-answers.ts';
import { usptoAssignmentJson, usptoAssignmentTable, usptoAssignmentXml } from './uspto/assignment-answers.ts';
import { usptoAssignments } from './uspto/assignments.ts';
import { usptoCitedDocuments } from './uspto/cited-documents.ts';
import { usptoFeeLapse } from './uspto/fee-lapse.ts';
import { usptoInterferences } from './uspto/interferences.ts';
import { usptoMaintenanceFees } from './uspto/maintenance-fees.ts';
import { usptoOpenData } from './uspto/open-data.ts';
import { usptoTrials } from './uspto/trials.ts';
import { whyNoPatents } from './without-patents.ts';

/** No file is recognised by two of them (test/patents/sources.test.ts). */
export const SOURCE_ADAPTERS: readonly SourceAdapter[] = [
  cnSample,
  cnipaNotices,
  cnipaNoticeLog,
  st27Events,
  kiprisStatus,
  epoOpsLegal,
  epoOpsBiblio,
  epoOpsFamily,
  epoRegister,
  dpmaRegister,
  patstat,
  usptoFeeLapse,
  usptoMaintenanceFees,
  usptoAssignments,
  usptoAssignmentXml,
  usptoAssignmentJson,
  usptoAssignmentTable,
  usptoOpenData,
  usptoTrials,
  usptoApplicationAnswers,
  usptoInterferences,
  usptoCitedDocuments,
  patentsviewPatents,
  patentsviewApplications,
  patentsviewAnswer,
  patentsviewLines,
  googlePatents,
  googlePatentsTable,
  lens,
];

/** As much of a file as recognition looks at. */
export const RECOGNITION_HEAD_CHARS = 4096;

/**
 * @param head the first characters of the file, at least a line of a table
 * @throws {SourceFormatError} no adapter knows it
 */
export function recogniseSource(
  head: string,
  adapters: readonly SourceAdapter[] = SOURCE_ADAPTERS,
): SourceAdapter {
  const start = head.slice(0, RECOGNITION_HEAD_CHARS).replace(/^\uFEFF/, '');
  const adapter = adapters.find((candidate) => candidate.recognises(start));
  if (adapter) return adapter;
  const without = whyNoPatents(start);
  if (without !== null) throw new SourceFormatError(without);
  const known = adapters.map(({ id, describe }) => `${id}: ${describe}`).join('; ');
  throw new SourceFormatError(`The start of the file fits no known source. Give one of these: ${known}.`);
}
