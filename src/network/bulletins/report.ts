/** A bulletin as a report, of its content alone: the page, the PDF and the mail are made of it. */

import { addDays } from '../../../models/calendar.ts';
import { MIN_CELL_PARTIES, ROUNDED_TO } from '../../../models/disclosure.ts';
import { canonicalJson, sha256 } from '../../canonical.ts';
import type { Language } from '../../pages/language/catalogue.ts';
import { type Words, wordsIn } from '../../pages/language/words.ts';
import { fieldText } from '../../pages/parts/terms.ts';
import type { HeadlineFigure, Report, ReportSection } from '../../reports/report.ts';
import type { BulletinContent, Figures } from './content.ts';

export function bulletinReport(content: BulletinContent, language: Language): Report {
  const words = wordsIn(language);
  const title = words.say(`bulletin.title_${content.cadence}`);
  return {
    title,
    subject: subjectOf(content, words),
    foot: (page, pages) => words.say('bulletin.page', { title, page: String(page), pages: String(pages) }),
    language,
    made_at: content.known_at,
    headline: (['filings', 'grants', 'lapses'] as const).map((name) => headline(content, name, words)),
    sections: [marketOf(content, words), ...fieldsOf(content, words), groundsOf(content, words)],
  };
}

/** Where, what and when. */
export function subjectOf({ region, field, from_on, until_on }: BulletinContent, words: Words): string {
  return [
    regionText(region, words.language),
    field === 0 ? words.say('bulletin.all_fields') : fieldText(field, words),
    `${words.day(from_on)} – ${words.day(addDays(until_on, -1))}`,
  ].join(', ');
}

/** The country in the language, and the code of the part of it. */
export function regionText(region: string, language: Language): string {
  const country = /^\d/.test(region) ? 'CN' : region.slice(0, 2);
  const name = new Intl.DisplayNames([language], { type: 'region' }).of(country) ?? country;
  return region === country ? name : `${name}, ${region}`;
}

function headline({ now, before }: BulletinContent, name: keyof Figures, words: Words): HeadlineFigure {
  return {
    label: words.say(`bulletin.${name}`),
    value: told(now[name], words),
    note: words.say('bulletin.before', { before: told(before[name], words) }),
  };
}

function told(figure: number | null, words: Words): string {
  return figure === null ? words.say('bulletin.too_few') : words.number(figure);
}

function marketOf({ now, before }: BulletinContent, words: Words): ReportSection {
  const title = words.say('bulletin.market');
  const rows = (['needs', 'introductions', 'deals', 'pledges'] as const).map((name) => [
    words.say(`bulletin.${name}`),
    told(now[name], words),
    told(before[name], words),
  ]);
  const columns = [
    { head: words.say('bulletin.what'), share: 0.5 },
    { head: words.say('bulletin.now'), share: 0.25, number: true as const },
    { head: words.say('bulletin.previous'), share: 0.25, number: true as const },
  ];
  return { title, blocks: [{ kind: 'table', caption: title, columns, rows }] };
}

function fieldsOf({ fields }: BulletinContent, words: Words): ReportSection[] {
  if (fields.length === 0) return [];
  const title = words.say('bulletin.by_field');
  const names = ['filings', 'grants', 'lapses'] as const;
  const columns = [
    { head: words.say('bulletin.field'), share: 0.52 },
    ...names.map((name) => ({ head: words.say(`bulletin.${name}`), share: 0.16, number: true as const })),
  ];
  const rows = fields.map((cell) => [
    fieldText(cell.field, words),
    ...names.map((name) => words.number(cell[name])),
  ]);
  return [{ title, blocks: [{ kind: 'table', caption: title, columns, rows }] }];
}

function groundsOf(content: BulletinContent, words: Words): ReportSection {
  const { office, known_at } = content;
  const counts = { parties: MIN_CELL_PARTIES, rounded: ROUNDED_TO };
  return {
    title: words.say('bulletin.grounds'),
    blocks: [
      { kind: 'text', text: words.say('bulletin.counted', { office }) },
      { kind: 'text', text: words.say('bulletin.disclosed', counts) },
      {
        kind: 'facts',
        caption: words.say('bulletin.grounds'),
        rows: [
          [words.say('bulletin.known_at'), words.instant(known_at)],
          [words.say('bulletin.sha256'), sha256(canonicalJson(content)).toString('hex')],
        ],
      },
    ],
  };
}
