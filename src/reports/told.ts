/** A receipt's content beside the words to tell it in. */
import { toMinor } from '../../models/money.ts';
import type { Failure } from '../../models/types.ts';
import type { Words } from '../pages/language/words.ts';
import type { ReceiptContent } from '../valuations/receipt.ts';

export interface Told {
  content: ReceiptContent;
  words: Words;
  /** In full, from major units. */
  money: (major: number | null) => string;
  day: (day: string | null) => string;
  /** From a share. */
  percent: (share: number | null) => string;
  number: (value: number | null) => string;
}

const MOST_DIGITS = 4;

export function tell(content: ReceiptContent, words: Words): Told {
  const { currency } = content.result.valuation;
  const unknown = words.say('term.unknown');
  return {
    content,
    words,
    money: (major) => (major === null ? unknown : words.money(toMinor(major, currency), currency)),
    day: (day) => (day === null ? unknown : words.day(day)),
    percent: (share) => (share === null ? unknown : words.percent(share * 10_000)),
    number: (value) => (value === null ? unknown : words.number(value, digitsOf(value))),
  };
}

function digitsOf(value: number): number {
  const [, decimals = ''] = String(Number(value.toFixed(MOST_DIGITS))).split('.');
  return decimals.length;
}

export function patentNumber({ patent }: ReceiptContent): string {
  return `${patent.office} ${patent.application_number}`;
}

/** In the language where the catalogue knows the failure, else as the model says it. */
export function failureText({ code, message }: Failure, words: Words): string {
  const key = `failure.${code}`;
  return words.has(key) ? words.say(key) : message;
}
