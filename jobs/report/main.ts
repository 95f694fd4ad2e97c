/** `npm run report`: the report of a valuation again from its receipt alone, without the service, to the byte. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { run, UsageError } from '../../src/command.ts';
import { StartupError } from '../../src/errors.ts';
import { LANGUAGES } from '../../src/pages/language/catalogue.ts';
import { isLanguage } from '../../src/pages/language/words.ts';
import { reportPdf } from '../../src/reports/pdf/pdf.ts';
import { valuationReport } from '../../src/reports/valuation-report.ts';
import type { Receipt } from '../../src/valuations/receipt.ts';
import { parseReceipt, receiptText, recompute } from '../recompute.ts';

const HELP = `npm run -s report -- RECEIPT [--language=en|zh|ru] [--out=FILE] [--json]

Makes the collateral valuation report as PDF from a receipt of
GET /v1/pledges/{id}/valuations/{valuation_id}/receipt: the same bytes as GET .../report answers in that language and
version of the program. The receipt is recomputed first; one that does not agree gets no report. Who signed it is what
npm run -s recompute checks. Ends with 0 when the file is written, 1 if not, 2 if called wrongly.

  RECEIPT     the receipt as it was answered, or - for standard input
  --language  of the report; English if left out
  --out       where to; {valuation_id}-{language}.pdf here if left out
  --json      one line: valuation_id, language, file, bytes, sha256
  --help      this text
`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      language: { type: 'string', default: 'en' },
      out: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const [source, ...others] = positionals;
  if (source === undefined || others.length > 0)
    throw new UsageError('Name one receipt, or - for standard input: npm run -s report -- RECEIPT');
  const { language } = values;
  if (!isLanguage(language))
    throw new UsageError(`--language is '${language}': choose one of ${LANGUAGES.join(', ')}.`);
  const receipt = await readReceipt(source);
  const pdf = await reportPdf(valuationReport(receipt, language));
  const file = values.out ?? `${receipt.valuation_id}-${language}.pdf`;
  await writeFile(file, pdf).catch(({ message }: Error) => {
    throw new StartupError(`${file} cannot be written: ${message}. Name another place with --out.`);
  });
  const sha256 = createHash('sha256').update(pdf).digest('hex');
  const made = { valuation_id: receipt.valuation_id, language, file, bytes: pdf.length, sha256 };
  process.stdout.write(`${values.json ? JSON.stringify(made) : `${file}\nSHA-256 ${sha256}`}\n`);
});

async function readReceipt(source: string): Promise<Receipt> {
  const receipt = await receiptText(source)
    .then(parseReceipt)
    .catch(({ message }: Error) => {
      throw new StartupError(
        `${source} is no receipt to be read: ${message}. Fetch it again and keep it as answered.`,
      );
    });
  if (recompute(receipt, null).agrees) return receipt;
  throw new StartupError(
    `${source} does not agree with itself: npm run -s recompute tells where. Fetch it again, or use the version of the program that made it.`,
  );
}
