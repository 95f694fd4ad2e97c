/** The sources that can be read, and which of them a file is. */
import { cnSample } from './cn-sample.ts';
import { epoOpsLegal } from './epo-ops-legal.ts';
import { type SourceAdapter, SourceFormatError } from './record.ts';
import { usptoFeeLapse } from './uspto-fee-lapse.ts';

export const SOURCE_ADAPTERS: readonly SourceAdapter[] = [cnSample, usptoFeeLapse, epoOpsLegal];

/** As much of a file as recognition looks at. */
export const RECOGNITION_HEAD_CHARS = 4096;

/**
 * @param head the first characters of the file, at least a line of a table
 * @throws {SourceFormatError} no adapter knows it
 */
export function recogniseSource(head: string): SourceAdapter {
  const start = head.slice(0, RECOGNITION_HEAD_CHARS).replace(/^\uFEFF/, '');
  const adapter = SOURCE_ADAPTERS.find((candidate) => candidate.recognises(start));
  if (adapter) return adapter;
  const known = SOURCE_ADAPTERS.map(({ id, describe }) => `${id}: ${describe}`).join('; ');
  throw new SourceFormatError(`The start of the file fits no known source. Give one of these: ${known}.`);
}
