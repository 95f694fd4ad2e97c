/** The valuation report: its samples to the byte, its figures as the receipt has them, and what readers aloud are told. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import t from 'tap';
import { SAMPLES, sampleReports } from '../../jobs/report/samples.ts';
import { readSubject } from '../../jobs/walkthrough/subject.ts';
import { COVERAGE } from '../../models/interval/measured.ts';
import { toMinor } from '../../models/money.ts';
import type { ValuationInputs } from '../../models/valuation.ts';
import { wordsIn } from '../../src/pages/language/words.ts';
import { validUntil } from '../../src/reports/identity.ts';
import { linesOf } from '../../src/reports/pdf/lines.ts';
import { reportPdf } from '../../src/reports/pdf/pdf.ts';
import { valuationReport } from '../../src/reports/valuation-report.ts';
import { contentOf } from '../../src/valuations/receipt.ts';
import { pageTexts, thingsOf } from './pdf-text.ts';

t.setTimeout(120_000);

const { inputs } = await readSubject();
const KNOWN_AT = '2013-01-01T00:00:00.000Z';
const MOST_BYTES = 300_000;
const contentWith = (changed: Partial<ValuationInputs>) => contentOf({ ...inputs, ...changed }, KNOWN_AT);
const content = contentWith({});
const samples = await sampleReports();
/** Where a text is broken into lines is no part of what it says. */
const squeezed = (text: string) => text.replace(/\s/g, '');

t.test('docs/reports/ holds the reports that the program makes now, to the byte', async (t) => {
  for (const { name, pdf } of samples) {
    t.ok(pdf.equals(await readFile(new URL(name, SAMPLES))), `${name}: run npm run -s report:samples`);
    t.ok(pdf.length < MOST_BYTES, name);
  }
});

t.test('every word of a report stands in its PDF, and so every figure of the receipt', async (t) => {
  for (const { language, pdf } of samples) {
    const told = squeezed(pageTexts(pdf).join(''));
    t.notMatch(told, /\uFFFD|undefined|null|NaN/, language);
    const words = wordsIn(language);
    const { low_minor, mid_minor, high_minor, collateral_minor, valuation } = content.result;
    const figures = [
      ...[low_minor, mid_minor, high_minor, collateral_minor].map((minor) => words.money(minor!, 'CNY')),
      ...Object.values(valuation.premises!).map(({ expected_proceeds }) =>
        words.money(toMinor(expected_proceeds, 'CNY'), 'CNY'),
      ),
      content.input_sha256,
      content.result_sha256,
      content.valuation_id,
      content.patent.application_number,
    ];
    for (const figure of figures) t.ok(told.includes(squeezed(figure)), `${language}: ${figure}`);
    for (const { title, blocks } of valuationReport(content, language).sections) {
      t.ok(told.includes(squeezed(title)), `${language}: ${title}`);
      for (const block of blocks) {
        const said = block.kind === 'text' ? [block.text] : 'rows' in block ? block.rows.flat() : [];
        for (const text of said) t.ok(saysAll(told, text), `${language}: ${text}`);
      }
    }
  }
});

/** A text may be parted by the foot of a page; its halves are not. */
function saysAll(told: string, text: string): boolean {
  const all = squeezed(text);
  const middle = Math.floor(all.length / 2);
  return told.includes(all) || told.includes(all.slice(0, middle)) || told.includes(all.slice(middle));
}

t.test('a PDF says its language, title and structure, and carries every face it uses', async (t) => {
  for (const { language, pdf } of samples) {
    const things = [...thingsOf(pdf).values()];
    const all = things
      .map(({ head, stream }) => head + (head.includes('/Metadata') ? stream : ''))
      .join('\n');
    t.match(all, new RegExp(`/Lang \\(${language}`));
    t.match(all, /\/MarkInfo/);
    t.match(all, /\/DisplayDocTitle true/);
    t.match(all, /<pdfuaid:part>1</);
    t.same(
      [...all.matchAll(/<xmp:\w+Date>(.*?)</g)].map(([, day]) => day),
      ['2013-01-01T00:00:00Z'],
      'the only day in it',
    );
    for (const tag of ['Document', 'Sect', 'H1', 'H2', 'P', 'Table', 'TR', 'TH', 'TD'])
      t.match(all, new RegExp(`/S /${tag}\\b`), tag);
    const figures = things.filter(({ head }) => /\/S \/Figure\b/.test(head));
    t.equal(figures.length, 2);
    for (const { head } of figures) t.match(head, /\/Alt \(/);
    const fonts = things.filter(({ head }) => /\/Type \/FontDescriptor\b/.test(head));
    t.ok(fonts.length >= 2);
    for (const { head } of fonts) t.match(head, /\/FontFile2? \d+ 0 R/);
    t.notMatch(all, /Helvetica/);
  }
});

t.test('what has no value, and what is worth nothing, is reported all the same', async (t) => {
  const { facts } = inputs;
  const cases: [Partial<ValuationInputs>, RegExp][] = [
    [{ facts: { ...facts, legal_state: 'unknown' } }, /Thereisnovalue:Thelegalstateisnotknown\./],
    [{ facts: { ...facts, legal_state: 'lapsed' } }, /Therighthasended\./],
    [{ facts: { ...facts, register_seen_on: '2012-01-01' } }, /Theregisterhasbeensilentfortoolong\./],
    [{ declared: null }, /Nouseisdeclared/],
  ];
  for (const [changed, said] of cases) {
    const pdf = await reportPdf(valuationReport(contentWith(changed), 'en'));
    t.match(squeezed(pageTexts(pdf).join('')), said);
  }
});

t.test('a value counts until the register grows stale, an annuity falls due or the term ends', async (t) => {
  t.equal(validUntil(content), '2013-04-01', 'the register was heard of on the day, and 90 days are allowed');
  const near = contentOf(
    { ...inputs, as_of: '2013-09-20', facts: { ...inputs.facts, register_seen_on: '2013-09-20' } },
    KNOWN_AT,
  );
  t.equal(validUntil(near), '2013-10-26', 'the annuity comes first');
});

t.test('text of any kind is set, and what no face has is marked', async (t) => {
  const declared = { ...inputs.declared!, industry: '稀土 𓀀 ☃' };
  const pdf = await reportPdf(valuationReport(contentWith({ declared }), 'en'));
  t.match(pageTexts(pdf).join(''), /稀土 \uFFFD/);
});

t.test('lines hold all that is given, none is too wide, and Chinese signs do not begin one', async (t) => {
  const widthOf = (text: string) => [...text].length;
  t.same(linesOf('one two three', 7, widthOf), ['one two', 'three']);
  t.same(linesOf('价值，区间。', 3, widthOf), ['价值，', '区间。']);
  t.same(linesOf('价值，区间。', 2, widthOf), ['价', '值，', '区', '间。']);
  for (const line of linesOf('标的专利，未经核实；来源。', 4, widthOf)) t.notMatch(line, /^[，。；]/);
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab /:_价值，。 ') }),
      fc.integer({ min: 2, max: 9 }),
      (text, width) => {
        const lines = linesOf(text, width, widthOf);
        return squeezed(lines.join('')) === squeezed(text);
      },
    ),
    { seed: 20130101 },
  );
});

t.test('the coverage that reports tell is that of docs/models/coverage.md', async (t) => {
  const page = await readFile(new URL('../../docs/models/coverage.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| \d+ \|(.*)\|$/gm)].map(([, cells]) =>
    [...cells!.matchAll(/\.\d+/g)].map(([share]) => Number(share)),
  );
  t.equal(rows.length, 20);
  const mean = (at: number) =>
    Math.round((rows.reduce((sum, row) => sum + row[at]!, 0) / rows.length) * 1000) / 1000;
  const worst = (at: number) => Math.max(...rows.map((row) => row[at]!));
  const measured = (at: number) => ({
    held: { c50: mean(at), c80: mean(at + 1), c90: mean(at + 2) },
    worst_gap: worst(at + 3),
  });
  t.same(COVERAGE, { corrected: measured(0), models_alone: measured(4) });
});
