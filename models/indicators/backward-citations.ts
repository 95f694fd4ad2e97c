/**
 * Backward citations: how many patent documents the patent cites, self-citations included.
 *
 *   count = number of distinct cited documents; applicant and examiner may both name the same one.
 * Source: OECD indicator 4 (Squicciarini, Dernis and Criscuolo 2013) [M]. Unit: documents.
 * Errors: none. Worked: EP1, EP2 and EP1 again give 2.
 */

/** A patent document that the patent cites. */
export interface CitedPatent {
  document: string;
  /** Empty when not known. */
  ipc: readonly string[];
}

/** One entry a document, in the order of first mention, with all classes given for it. */
export function distinctCited(cited: readonly CitedPatent[]): CitedPatent[] {
  const documents = new Map<string, Set<string>>();
  for (const { document, ipc } of cited) {
    const symbols = documents.get(document) ?? new Set();
    for (const symbol of ipc) symbols.add(symbol);
    documents.set(document, symbols);
  }
  return Array.from(documents, ([document, symbols]) => ({ document, ipc: [...symbols] }));
}

export function backwardCitations(cited: readonly CitedPatent[]): number {
  return new Set(cited.map(({ document }) => document)).size;
}
