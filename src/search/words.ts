/**
 * Text as words that an index can hold, made alike when patents are indexed and when they are asked for.
 *
 * Compatibility forms are folded (NFKC: full-width digits and Latin, half-width kana) and letters lowered here, since the
 * server may run under a locale that lowers none but ASCII. Chinese, Japanese and Korean have no spaces that part words, or
 * none that part stem from ending: a run of them becomes its overlapping pairs of characters. The rest is left to
 * PostgreSQL's own parser.
 * Source: bigrams for CJK retrieval, as in Kwok 1997 and in Lucene's CJK analyser [M].
 * Worked: `电池组A1` is `电池 池组 组 a1` in the index and `"电池 池组" a1` in a question.
 */

/** Text search configuration of the server: stems English, leaves out its stop words, and keeps all other words as they are. */
export const CONFIGURATION = 'english';

const RUN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc]+/gu;

/** For `to_tsvector`. The last character stands alone too, so that every character begins some word. */
export function indexedText(text: string): string {
  return folded(text).replace(RUN, (run) => ` ${[...pairs(run), [...run].at(-1)].join(' ')} `);
}

export interface Question {
  /** For `websearch_to_tsquery`: words, "phrases", or, -not. */
  text: string;
  /** Lone characters: each must begin a word. */
  beginnings: string[];
}

/** A run must stand in the text as it is written, so its pairs are a phrase. */
export function question(text: string): Question {
  const beginnings: string[] = [];
  const parts = folded(text).split('"');
  const asked = parts.map((part, position) => {
    const quoted = position % 2 === 1;
    return part.replace(RUN, (run) => {
      const words = pairs(run);
      if (words.length === 0) beginnings.push(run);
      return quoted || words.length < 2 ? ` ${words.join(' ')} ` : `"${words.join(' ')}"`;
    });
  });
  return { text: asked.join('"'), beginnings };
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function pairs(run: string): string[] {
  const characters = [...run];
  return characters.slice(1).map((character, position) => characters[position]! + character);
}

/** Legal forms say nothing of who it is, and every source writes them its own way. */
const LEGAL_FORMS = new Set(
  (
    'co company corp corporation inc incorporated llc lp llp ltd limited plc gmbh ag kg kgaa mbh se sa sas sarl spa srl ' +
    'bv nv oy oyj ab as asa aps kk kabushiki kaisha the and of'
  ).split(' '),
);
const CJK_LEGAL_FORMS =
  /股份有限公司|有限责任公司|有限公司|株式会社|有限会社|合同会社|주식회사|유한회사|\(株\)|\(주\)/gu;

/** Words by which an owner is found, each once; empty where the name has no letter and no digit. */
export function ownerWords(name: string): string[] {
  const plain = folded(name).replace(CJK_LEGAL_FORMS, ' ').replace(/[.'’]/g, '');
  const words =
    plain.replace(RUN, (run) => ` ${pairs(run).join(' ') || run} `).match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = words.filter((word) => !LEGAL_FORMS.has(word));
  return [...new Set(telling.length > 0 ? telling : words)];
}

const SYMBOL = /^([A-HY])(?:(\d{2})(?:([A-Z])(?:(\d{1,4})(?:\/(\d{2,6}))?)?)?)?$/;

/** Section, class, subclass, main group and the symbol itself, from the broad to the narrow; empty where it is no symbol. */
export function classLevels(symbol: string): string[] {
  const plain = symbol.normalize('NFKC').toUpperCase().replace(/\s/g, '');
  const [, section, main, subclass, group, subgroup] = SYMBOL.exec(plain) ?? [];
  if (section === undefined) return [];
  const levels = [section];
  for (const part of [main, subclass, group]) if (part !== undefined) levels.push(levels.at(-1)! + part);
  if (subgroup !== undefined) levels.push(`${levels.at(-1)}/${subgroup}`);
  return levels;
}

/** A lexeme as the text of a `tsquery`. */
export function quotedLexeme(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
