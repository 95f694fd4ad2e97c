/** Sections of a report: what was asked, of which patent, and how it stands in law. */
import { addDays } from '../../models/calendar.ts';
import type { CalendarDate } from '../../models/types.ts';
import type { ReceiptContent } from '../valuations/receipt.ts';
import type { ReportSection } from './report.ts';
import { patentNumber, type Told } from './told.ts';

export function assignment({ content, words, day }: Told): ReportSection {
  const title = words.say('section.assignment');
  const scenario = content.declared ? 'assignment.scenario_declared' : 'assignment.scenario_none';
  return {
    title,
    blocks: [
      {
        kind: 'facts',
        caption: title,
        rows: [
          [
            words.say('assignment.object'),
            words.say('assignment.object_text', { number: patentNumber(content) }),
          ],
          [words.say('assignment.purpose'), words.say('assignment.purpose_text')],
          [words.say('assignment.scenario'), words.say(scenario)],
          [words.say('assignment.basis'), words.say('assignment.basis_text')],
          [words.say('assignment.premise'), words.say('assignment.premise_text')],
          [words.say('assignment.as_of'), day(content.as_of)],
          [words.say('assignment.known_at'), words.instant(content.known_at)],
          [
            words.say('assignment.valid_until'),
            words.say('assignment.valid_until_text', { day: day(validUntil(content)) }),
          ],
          [
            words.say('assignment.valuer'),
            words.say('assignment.valuer_text', { model: content.valuation_model }),
          ],
        ],
      },
    ],
  };
}

/** The last word of the register grows stale, an annuity falls due or the term ends, whichever is first. */
export function validUntil({ as_of, facts, assumptions, result }: ReceiptContent): CalendarDate {
  const { next_annuity, expires_on } = result.valuation;
  const stale_on = addDays(
    facts.register_seen_on ?? as_of,
    assumptions.parameters.register_stale_after.value,
  );
  const ends = [stale_on, next_annuity?.due_on, expires_on].filter((end) => end != null && end > as_of);
  return (ends as CalendarDate[]).sort()[0] ?? as_of;
}

export function patent({ content, words, day, number }: Told): ReportSection {
  const { facts, result } = content;
  const title = words.say('section.patent');
  const none = words.say('term.none');
  const agency = facts.agency === null ? 'term.unknown' : facts.agency ? 'answer.yes' : 'answer.no';
  return {
    title,
    blocks: [
      {
        kind: 'facts',
        caption: title,
        rows: [
          [words.say('patent.application'), patentNumber(content)],
          [words.say('patent.right'), words.say(`right.${facts.right_type}`)],
          [words.say('patent.filed'), day(facts.filed_on)],
          [words.say('patent.granted'), day(facts.granted_on)],
          [words.say('patent.expires'), day(result.valuation.expires_on)],
          [words.say('patent.classes'), facts.ipc.join(', ') || none],
          [words.say('patent.field'), fieldText(facts.technology_field, words)],
          [words.say('patent.claims'), number(facts.claims)],
          [words.say('patent.applicant'), applicantText(facts, words)],
          [words.say('patent.agency'), words.say(agency)],
        ],
      },
    ],
  };
}

export function fieldText(field: number | null, words: Told['words']): string {
  const key = `field.${field}`;
  return words.has(key) ? words.say(key) : words.say('term.unknown');
}

function applicantText(
  { individual_applicant, domestic_applicant }: ReceiptContent['facts'],
  words: Told['words'],
) {
  const kinds = [
    individual_applicant === null
      ? null
      : words.say(individual_applicant ? 'applicant.person' : 'applicant.organisation'),
    domestic_applicant === null
      ? null
      : words.say(domestic_applicant ? 'applicant.home' : 'applicant.abroad'),
  ].filter((kind) => kind !== null);
  return kinds.length === 0 ? words.say('term.unknown') : kinds.join(words.say('term.between'));
}

export function legal(told: Told): ReportSection {
  const { content, words, day, percent } = told;
  const { facts, result } = content;
  const { in_force_probability, validity_probability, lapse_probability_12m: lapse } = result.valuation;
  const title = words.say('section.legal');
  const unknown = words.say('term.unknown');
  return {
    title,
    blocks: [
      {
        kind: 'facts',
        caption: title,
        rows: [
          [words.say('law.state'), words.say(`legal.${facts.legal_state}`)],
          [words.say('law.since'), day(facts.legal_state_since)],
          [words.say('law.register'), day(facts.register_seen_on)],
          [
            words.say('law.paid'),
            facts.paid_through === null
              ? unknown
              : words.say('law.paid_year', { year: String(facts.paid_through) }),
          ],
          [words.say('law.annuity'), annuityText(told)],
          [words.say('law.challenges'), challengesText(told)],
          [words.say('law.in_force'), percent(in_force_probability)],
          [words.say('law.valid'), percent(validity_probability)],
          [
            words.say('law.lapse'),
            lapse === null
              ? unknown
              : words.say('law.lapse_text', {
                  chance: percent(lapse.value),
                  error: percent(lapse.standard_error),
                }),
          ],
        ],
      },
    ],
  };
}

function annuityText({ content, words, money, day }: Told): string {
  const next = content.result.valuation.next_annuity;
  if (next === null) return words.say('term.none');
  return words.say('law.annuity_text', {
    amount: money(next.amount),
    year: String(next.patent_year),
    due: day(next.due_on),
    grace: day(next.grace_until),
  });
}

function challengesText({ content, words }: Told): string {
  const { challenges } = content.facts;
  if (challenges.length === 0) return words.say('term.none');
  return challenges.map((challenge) => words.say(`challenge.${challenge}`)).join(words.say('term.between'));
}
