/** Numbers that a source writes in full, read where they can be: so what two sources name is one. */
import { attempt } from '../../../models/failure.ts';
import { readNumber } from '../numbers/read-number.ts';
import type { NumberRecord } from './record.ts';

/** The office's own form; null where the text has no form that is known. */
export function writtenApplication(text: string, form?: 'epodoc'): NumberRecord | null {
  const hint = { kind_of_number: 'application' as const, ...(form && { form }) };
  const read = attempt(() => readNumber(text, hint));
  return read.ok ? { office: read.value.office, number: read.value.number } : null;
}

/** DOCDB's number with its kind; null where the text has no form that is known. */
export function writtenPublication(text: string): (NumberRecord & { kind: string | null }) | null {
  const read = attempt(() => readNumber(text, { kind_of_number: 'publication' }));
  return read.ok ? { office: read.value.office, number: read.value.number, kind: read.value.kind } : null;
}
