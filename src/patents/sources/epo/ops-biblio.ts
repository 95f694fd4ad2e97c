/**
 * Adapter of EPO OPS bibliographic answers (published-data, XML): each `exchange-document`, one or many in a file, is
 * one record of its application with the signal that the document makes, published or granted.
 */

import type { SourceAdapter } from '../record.ts';
import { readOpsDocuments } from './ops-documents.ts';

export const epoOpsBiblio: SourceAdapter = {
  id: 'epo-ops-biblio',
  describe: 'EPO OPS bibliographic data (XML, world-patent-data with exchange-documents)',
  recognises: (head) =>
    /<(?:[\w-]+:)?world-patent-data\s/.test(head) &&
    /<(?:[\w-]+:)?exchange-documents?[\s>]/.test(head) &&
    !/<(?:[\w-]+:)?patent-family\s/.test(head),
  read: readOpsDocuments,
};
