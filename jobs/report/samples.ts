/** The reports of docs/reports/: the patent of docs/models/walkthrough.md, with its use invented, in each language. */
import { LANGUAGES, type Language } from '../../src/pages/language/catalogue.ts';
import { reportPdf } from '../../src/reports/pdf/pdf.ts';
import { valuationReport } from '../../src/reports/valuation-report.ts';
import { contentOf } from '../../src/valuations/receipt.ts';
import { readSubject } from '../walkthrough/subject.ts';

export const SAMPLES = new URL('../../docs/reports/', import.meta.url);

export interface Sample {
  language: Language;
  name: string;
  pdf: Buffer;
}

export async function sampleReports(): Promise<Sample[]> {
  const { inputs } = await readSubject();
  const content = contentOf(inputs, `${inputs.as_of}T00:00:00.000Z`);
  return Promise.all(
    LANGUAGES.map(async (language) => ({
      language,
      name: `valuation-${language}.pdf`,
      pdf: await reportPdf(valuationReport(content, language)),
    })),
  );
}
