/**
 * Lengths of title and abstract.
 * Source: CN abstracts of at most 300 characters, titles of some 25 (40 in chemistry) by the examination guidelines; EPC rule
 * 47(3): preferably at most 150 words; PCT rule 8.1(b): 50 to 150 words in English; PCT rule 4.3: titles of preferably two
 * to seven words. The figures for China are of a secondary source or from memory, and not verified.
 */
import type { ClaimRule } from '../rule.ts';
import type { ApplicationText, FindingSeverity } from '../types.ts';

interface Bound {
  most: number;
  unit: 'characters' | 'words';
  severity: FindingSeverity;
}

function abstractBound({ form, language }: ApplicationText): Bound | null {
  if (form === 'CN' && language === 'zh') return { most: 300, unit: 'characters', severity: 'error' };
  if (language === 'zh') return null;
  return { most: 150, unit: 'words', severity: form === 'EP' ? 'warning' : 'error' };
}

function titleBound({ form, language }: ApplicationText): Bound | null {
  if (language === 'zh') return form === 'CN' ? { most: 25, unit: 'characters', severity: 'warning' } : null;
  return form === 'PCT' ? { most: 7, unit: 'words', severity: 'info' } : null;
}

function lengthIn(text: string, unit: Bound['unit']): number {
  return unit === 'words' ? (text.match(/\S+/g)?.length ?? 0) : text.replace(/\s/g, '').length;
}

function check(part: 'title' | 'abstract', boundOf: typeof titleBound): ClaimRule['check'] {
  return ({ application }) => {
    const text = application[part] ?? '';
    const bound = boundOf(application);
    if (bound === null || text.trim() === '') return [];
    const { most, unit, severity } = bound;
    const length = lengthIn(text, unit);
    if (length <= most) return [];
    return [{ claim: null, part, start: 0, end: text.length, values: { length, most, unit }, severity }];
  };
}

export const TITLE_LENGTH: ClaimRule = {
  code: 'title_length',
  severity: 'warning',
  message: 'The title has {length} {unit}; {most} are the most.',
  remedy: 'Shorten the title to what the claims are for.',
  check: check('title', titleBound),
};

export const ABSTRACT_LENGTH: ClaimRule = {
  code: 'abstract_length',
  severity: 'error',
  message: 'The abstract has {length} {unit}; {most} are the most.',
  remedy: 'Shorten the abstract to the problem, the gist of the solution and its main use.',
  check: check('abstract', abstractBound),
};
