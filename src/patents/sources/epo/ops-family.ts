/**
 * Adapter of EPO OPS family answers (INPADOC extended family, XML): each `ops:family-member` is one document of one
 * application, so an application comes once for each of its publications. The size of the family is the number of
 * distinct applications or offices, not of members. Bibliography inside a member belongs to the same record. Answers
 * with legal events go to epo-ops-legal.
 */

import type { SourceAdapter } from '../record.ts';
import { readOpsDocuments } from './ops-documents.ts';

export const epoOpsFamily: SourceAdapter = {
  id: 'epo-ops-family',
  describe: 'EPO OPS patent families (XML, world-patent-data with patent-family)',
  recognises: (head) =>
    /<(?:[\w-]+:)?world-patent-data\s/.test(head) &&
    /<(?:[\w-]+:)?patent-family[\s>]/.test(head) &&
    !/<(?:[\w-]+:)?patent-family\s[^<>]*legal="true"/.test(head),
  read: readOpsDocuments,
};
