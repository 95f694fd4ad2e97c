/** What a page says, and how it writes numbers, money and days, in one of the languages. */
import { currencyExponent, toMajor } from '../../../models/money.ts';
import { type Entry, type Key, LANGUAGES, type Language, TEXTS } from './catalogue.ts';

export type Told = Readonly<Record<string, string | number>>;

export interface Words {
  readonly language: Language;
  /** A text of the catalogue. `count` chooses the plural and is written as a number of the language. */
  say(key: Key, told?: Told): string;
  /** Whether the catalogue has a text of that name, such as of a rule that staff have added. */
  has(key: string): key is Key;
  /** In full, with the currency. */
  money(minor: number, currency: string): string;
  /** Short with the currency, for a headline figure. */
  briefMoney(minor: number, currency: string): string;
  /** Short, as on an axis: 1.2M, 120万, 1,2 млн. */
  shortMoney(minor: number, currency: string): string;
  number(value: number, digits?: number): string;
  /** Basis points as percent. */
  percent(bp: number, digits?: number): string;
  /** A calendar date, in full or as the axis of a chart has it. */
  day(day: string): string;
  month(day: string): string;
  year(day: string): string;
  instant(instant: Date | string): string;
}

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN', ru: 'ru-RU' };

const made = new Map<Language, Words>();

export function wordsIn(language: Language): Words {
  const known = made.get(language);
  if (known) return known;
  const words = speak(language);
  made.set(language, words);
  return words;
}

function speak(language: Language): Words {
  const locale = LOCALES[language];
  const plurals = new Intl.PluralRules(locale);
  const formats = new Map<string, Intl.NumberFormat>();
  const numberFormat = (options: Intl.NumberFormatOptions) => {
    const name = JSON.stringify(options);
    const format = formats.get(name) ?? new Intl.NumberFormat(locale, options);
    formats.set(name, format);
    return format;
  };
  const dates = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
  const full = dates({ year: 'numeric', month: 'short', day: 'numeric' });
  const month = dates({ year: 'numeric', month: 'short' });
  const year = dates({ year: 'numeric' });
  const moment = dates({ dateStyle: 'medium', timeStyle: 'short' });
  const number = (value: number, digits = 0) =>
    numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  const at = (day: string) => new Date(`${day}T00:00:00Z`);
  return {
    language,
    has: (key): key is Key => key in TEXTS[language],
    say(key, told = {}) {
      const entry: Entry = TEXTS[language][key];
      const text = typeof entry === 'string' ? entry : pluralOf(entry, plurals.select(Number(told.count)));
      return text.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = told[name] ?? '';
        return typeof value === 'number' ? number(value) : value;
      });
    },
    number,
    money: (minor, currency) => {
      const exponent = currencyExponent(currency);
      const digits = minor % 10 ** exponent === 0 ? 0 : exponent;
      return numberFormat({
        style: 'currency',
        currency,
        currencyDisplay: 'code',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(toMajor(minor, currency));
    },
    briefMoney: (minor, currency) =>
      numberFormat({
        style: 'currency',
        currency,
        currencyDisplay: 'code',
        notation: 'compact',
        maximumSignificantDigits: 3,
      }).format(toMajor(minor, currency)),
    shortMoney: (minor, currency) =>
      numberFormat({ notation: 'compact', maximumSignificantDigits: 3 }).format(toMajor(minor, currency)),
    percent: (bp, digits = 1) =>
      numberFormat({
        style: 'percent',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(bp / 10_000),
    day: (day) => full.format(at(day)),
    month: (day) => month.format(at(day)),
    year: (day) => year.format(at(day)),
    instant: (instant) => moment.format(new Date(instant)),
  };
}

function pluralOf(entry: Exclude<Entry, string>, category: Intl.LDMLPluralRule): string {
  return entry[category] ?? entry.other;
}

/** The first language that the browser asks for and we have; English otherwise. */
export function languageFrom(accept_language: string | undefined): Language {
  const asked = (accept_language ?? '')
    .split(',')
    .map((item) => {
      const [tag, ...parameters] = item.trim().split(';');
      const quality = parameters.find((each) => each.trim().startsWith('q='));
      return { tag: tag!.toLowerCase(), quality: quality ? Number(quality.trim().slice(2)) : 1 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of asked) {
    const found = LANGUAGES.find((language) => tag === language || tag.startsWith(`${language}-`));
    if (found) return found;
  }
  return 'en';
}

export function isLanguage(text: unknown): text is Language {
  return LANGUAGES.includes(text as Language);
}
