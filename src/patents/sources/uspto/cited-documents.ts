/**
 * Adapter of citations in office actions (Open Data Portal, enriched citations): each is one record of the application
 * against which the document was held. The answer does not tell when the application was published, so the day of the
 * office action stays in the phase and the citation has no day of its own.
 */
import { RejectedField, recordOrQuarantine, type SourceAdapter } from '../record.ts';
import { writtenPublication } from '../written-numbers.ts';
import { dateAt, type JsonObject, parseItem, readJsonItems, textAt } from './json.ts';
import { type Converted, usApplicationNumber, usPatent } from './patents.ts';

export const usptoCitedDocuments: SourceAdapter = {
  id: 'uspto-cited-documents',
  describe: 'USPTO Open Data Portal citations in office actions (JSON)',
  recognises: (head) =>
    /^\s*\{/.test(head) && head.includes('"docs"') && head.includes('"citedDocumentIdentifier"'),
  read: async function* (input) {
    for await (const item of readJsonItems(input))
      yield recordOrQuarantine(item.line, item.raw, () => convert(parseItem(item)));
  },
};

function convert(object: JsonObject): Converted {
  const application = usApplicationNumber(
    textAt(object, 'patentApplicationNumber') ?? '',
    'patentApplicationNumber',
  );
  const written = textAt(object, 'citedDocumentIdentifier');
  const category = textAt(object, 'citationCategoryCode');
  const phase = [textAt(object, 'officeActionCategory'), dateAt(object, 'officeActionDate')];
  const patent = usPatent(application, null);
  // An office action can hold what it names in words only: then there is nothing that is cited.
  if (written === null) return { patent, signals: [] };
  const cited = writtenPublication(written.replaceAll('/', ''));
  if (object.nplIndicator !== true && cited === null && !/^[\p{L}\p{N}]/u.test(written))
    throw new RejectedField('citedDocumentIdentifier', 'names no document');
  return {
    patent,
    signals: [],
    citations: [
      {
        cited,
        cited_application: null,
        cited_reference: cited ? null : written,
        literature: object.nplIndicator === true,
        phase: phase.filter((part) => part !== null).join(' ') || null,
        by: object.examinerCitedReferenceIndicator === true ? 'examiner' : null,
        categories: category === null ? [] : [category],
      },
    ],
  };
}
