/** `npm run backtest -- claims`: what the checks of form find of faults that somebody planted, and what they say of sound claims. */
import { readFile } from 'node:fs/promises';
import { type ClaimReport, type ClaimSet, measureClaims } from '../../models/claims/measure.ts';
import { APPLICATION_FORMS, CLAIM_LANGUAGES } from '../../models/claims/types.ts';
import { StartupError } from '../../src/errors.ts';

const FOLDER = new URL('../../data/claim_sets/', import.meta.url);
export const BUNDLED_SETS: readonly URL[] = ['faulty-en', 'faulty-zh', 'sound-en', 'sound-zh'].map(
  (name) => new URL(`${name}.json`, FOLDER),
);

const TEXTS = ['title', 'description', 'abstract', 'figures'] as const;
const NAME_WIDTH = 28;

/** @throws StartupError naming the file, the set and the field that cannot be used */
export async function backtestClaims(files: readonly (string | URL)[]): Promise<ClaimReport> {
  const sets = await Promise.all(files.map(readSets));
  return measureClaims(sets.flat());
}

async function readSets(file: string | URL): Promise<ClaimSet[]> {
  const read: unknown = await readFile(file, 'utf8')
    .then(JSON.parse)
    .catch((error: Error) => {
      throw new StartupError(`${file}: ${error.message}`);
    });
  const sets = Array.isArray(read) ? read : (read as { sets?: unknown } | null)?.sets;
  if (!Array.isArray(sets)) throw new StartupError(`${file}: has no list of sets; give {"sets": [...]}.`);
  return sets.map((set, index) => {
    const fault = faultOf(set);
    if (fault !== null) throw new StartupError(`${file}: set ${index + 1}: ${fault}`);
    return set as ClaimSet;
  });
}

/** What is wrong with a set, with its remedy; null where nothing is. */
function faultOf(set: unknown): string | null {
  if (typeof set !== 'object' || set === null) return 'is no object.';
  const { id, form, language, right_type, claims, planted, ...texts } = set as Record<string, unknown>;
  if (typeof id !== 'string') return 'id: give a text that names the set.';
  if (!APPLICATION_FORMS.includes(form as never)) return `form: give one of ${APPLICATION_FORMS.join(', ')}.`;
  if (!CLAIM_LANGUAGES.includes(language as never))
    return `language: give one of ${CLAIM_LANGUAGES.join(', ')}.`;
  if (right_type !== undefined && right_type !== 'invention' && right_type !== 'utility_model')
    return 'right_type: give invention or utility_model, or leave it out.';
  if (typeof claims !== 'string') return 'claims: give the text of the claims.';
  const other = TEXTS.find((name) => texts[name] !== undefined && typeof texts[name] !== 'string');
  if (other !== undefined) return `${other}: give a text, or leave it out.`;
  return isPlanted(planted) ? null : 'planted: give a list of {"rule": ..., "claim": number or null}.';
}

function isPlanted(planted: unknown): boolean {
  return (
    Array.isArray(planted) &&
    planted.every(
      (fault: { rule?: unknown; claim?: unknown } | null) =>
        typeof fault?.rule === 'string' && (fault.claim === null || Number.isInteger(fault.claim)),
    )
  );
}

export function claimText(report: ClaimReport): string {
  const { faulty_sets, planted, found, missed, sound_sets, false_alarms, alarms, others, by_rule } = report;
  const lines = [
    `${faulty_sets} faulty sets: ${found} of ${planted} planted faults found; ${others.length} other findings`,
    `${sound_sets} sound sets: ${false_alarms} false alarms`,
    '',
    `${''.padEnd(NAME_WIDTH)}planted  found  false alarms`,
    ...Object.entries(by_rule).map(
      ([rule, each]) =>
        `${rule.padEnd(NAME_WIDTH)}${String(each.planted).padStart(7)}${String(each.found).padStart(7)}${String(each.false_alarms).padStart(14)}`,
    ),
    ...missed.map(({ set, rule, claim }) => `missed: ${set}, ${rule}, claim ${claim ?? '-'}`),
    ...alarms.map(
      ({ set, rule, claim, quote }) => `false alarm: ${set}, ${rule}, claim ${claim ?? '-'}: ${quote}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
