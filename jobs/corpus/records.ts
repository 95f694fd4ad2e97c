/** A corpus as records of a source, with the texts, owners, classes and citations that its file layouts have no room for. */
import { citationsOf } from '../../models/simulation/corpus-citations.ts';
import { dateOfDay } from '../../models/simulation/corpus-filings.ts';
import { type CorpusWorld, type Invention, inventionAt } from '../../models/simulation/corpus-inventions.ts';
import type { CorpusOffice } from '../../models/simulation/corpus-offices.ts';
import { type CorpusApplication, corpusFamilies } from '../../models/simulation/corpus-patents.ts';
import { ownerName, textsOf } from '../../models/simulation/corpus-texts.ts';
import { type AcceptedRecord, patentRecord, type SignalRecord } from '../../src/patents/sources/record.ts';

export function* corpusRecords(world: CorpusWorld): Generator<AcceptedRecord> {
  let line = 0;
  for (const family of corpusFamilies(world)) for (const told of family) yield record(world, told, ++line);
}

/** Number of application and of publication alike, in a form of the office's publications; unique up to a million inventions. */
export function corpusNumber(office: CorpusOffice, { number }: Invention, filed_day: number): string {
  const digits = (length: number) => String(number % 10 ** length).padStart(length, '0');
  if (office === 'CN') return `1${digits(8)}`;
  if (office === 'KR') return `${dateOfDay(filed_day).slice(0, 4)}${digits(7)}`;
  return `${office === 'DE' ? '3' : '1'}${digits(6)}`;
}

function firstNumber(world: CorpusWorld, number: number) {
  const invention = inventionAt(world, number);
  const [office] = invention.offices;
  return { office: office!, number: corpusNumber(office!, invention, invention.first_filed_day), kind: 'A' };
}

function record(world: CorpusWorld, told: CorpusApplication, line: number): AcceptedRecord {
  const { office, ipc } = told;
  const texts = textsOf(world.seed, told);
  const number = corpusNumber(office, told.invention, told.filed_day);
  const published_on = dateOfDay(told.published_day);
  const cited = told.is_first_filing ? citationsOf(world, told.invention) : [];
  return {
    ok: true,
    line,
    patent: patentRecord({
      ...{ office, application_number: number, publication_number: number, kind: 'A' },
      right_type: 'invention',
      filed_on: dateOfDay(told.filed_day),
      title: texts[0]!.title,
      claims: told.claims,
      ipc: [...ipc],
    }),
    signals: signals(told),
    publication: { office, number, kind: 'A', published_on },
    parties: [{ role: 'owner', name: ownerName(told.owner), country: null }],
    classes: ipc.map((symbol) => ({ scheme: 'CPC', symbol })),
    citations: cited.flatMap(({ cited }) =>
      cited === null
        ? []
        : [
            {
              cited: firstNumber(world, cited),
              cited_application: null,
              cited_reference: null,
              literature: false,
              phase: null,
              by: null,
              categories: [],
            },
          ],
    ),
    texts: texts.flatMap(({ language, title, abstract }) => [
      { part: 'title', language, text: title },
      { part: 'abstract', language, text: abstract },
    ]),
  };
}

const COURSE = [
  ['filed', 'A'],
  ['published', 'Q'],
  ['granted', 'F'],
  ['refused', 'B'],
  ['withdrawn', 'B'],
  ['lapsed', 'H'],
  ['expired', 'H'],
] as const;

function signals(told: CorpusApplication): SignalRecord[] {
  return COURSE.flatMap(([kind, category]) => {
    const day = told[`${kind}_day`];
    if (day === null) return [];
    return [
      {
        ...{ kind, category, source_code: kind, effective_on: dateOfDay(day), detail: {} },
        published_on: dateOfDay(Math.max(day, told.published_day)),
      },
    ];
  });
}
