/**
 * The collateral valuation report of one patent, from the content of its receipt alone.
 *
 * It tells object, purpose, use assumed, valuation date, valuer, basis, premise, methods, inputs with source and day, factors,
 * treatment of risk, value with its interval, sensitivity, limits and until when it counts; then how to make it again.
 * No I/O, no clock: equal contents give equal reports.
 */
import { canonicalJson } from '../canonical.ts';
import type { Language } from '../pages/language/catalogue.ts';
import { wordsIn } from '../pages/language/words.ts';
import type { ReceiptContent } from '../valuations/receipt.ts';
import { assumptions, coverage, limits, reproduction, sensitivityOf, steps } from './grounds.ts';
import { assignment, legal, patent } from './identity.ts';
import type { HeadlineFigure, Report } from './report.ts';
import { patentNumber, type Told, tell } from './told.ts';
import { factors, methods, worth } from './worth.ts';

export function valuationReport(given: ReceiptContent, language: Language): Report {
  // The names in a file stand in another order than those just computed, and steps are told in the order of theirs.
  const content = JSON.parse(canonicalJson(given)) as ReceiptContent;
  const words = wordsIn(language);
  const told = tell(content, words);
  const title = words.say('report.title');
  const number = patentNumber(content);
  return {
    title,
    subject: words.say('report.subject', { number, day: words.day(content.as_of) }),
    foot: (page, pages) =>
      words.say('report.page', { title, number, page: String(page), pages: String(pages) }),
    language,
    made_at: content.known_at,
    headline: headlineOf(told),
    sections: [
      assignment(told),
      patent(told),
      legal(told),
      worth(told),
      methods(told),
      factors(told),
      coverage(told),
      assumptions(told),
      ...sensitivityOf(told),
      limits(told),
      reproduction(told),
      ...steps(told),
    ],
  };
}

function headlineOf({ content, words, money, percent }: Told): HeadlineFigure[] {
  const { weighted, collateral } = content.result.valuation;
  const interval = weighted ? [weighted.p10, weighted.p90].map(money).join(' – ') : words.say('term.unknown');
  return [
    {
      label: words.say('report.head_value'),
      value: money(weighted?.p50 ?? null),
      note: words.say('report.head_value_note'),
    },
    {
      label: words.say('report.head_interval'),
      value: interval,
      note: words.say('report.head_interval_note'),
    },
    {
      label: words.say('report.head_collateral'),
      value: money(collateral),
      note: words.say('report.head_collateral_note', {
        haircut: percent(content.assumptions.parameters.haircut.value),
      }),
    },
  ];
}
