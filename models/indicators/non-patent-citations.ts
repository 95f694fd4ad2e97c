/**
 * Share of non-patent literature among all that a patent cites.
 *
 *   share = npl / (npl + patents); the count npl itself is the other form of the indicator.
 * Source: Narin, Hamilton and Olivastro 1997; OECD indicator 5 (Squicciarini, Dernis and Criscuolo 2013) [M].
 * Unit: share, 0 to 1; null when nothing is cited. Errors: FormulaFailure `out_of_range`, `not_finite`, `not_whole`.
 * Worked: 3 non-patent and 9 patent documents give .25.
 */
import { requireCount } from './checks.ts';

export function nonPatentShare(non_patent_citations: number, patent_citations: number): number | null {
  requireCount('non_patent_citations', non_patent_citations, 0);
  requireCount('patent_citations', patent_citations, 0);
  const all = non_patent_citations + patent_citations;
  return all === 0 ? null : non_patent_citations / all;
}
