/** What was typed into forms, and what was wrong with it. */
import { Problem } from '../../errors.ts';
import type { Words } from '../../pages/language/words.ts';
import type { Faults } from '../../pages/parts/forms.tsx';
import { saidIn } from '../../pages/parts/said.tsx';
import { say } from '../../pages/sentences.ts';

/** @throws Problem `bad_request` naming each field that is wrong */
export function requireNone(faults: Faults): void {
  const fields = Object.entries(faults).map(([name, detail]) => ({
    pointer: `/body/${name}`,
    detail: detail!,
  }));
  if (fields.length > 0) throw new Problem('bad_request', say('form_faulty'), fields);
}

/** By the name of the field; what has no code was found by a form, in the reader's language. */
export function faultsIn(problem: Problem | null, words: Words): Faults {
  return Object.fromEntries(
    (problem?.fields ?? []).map(({ pointer, detail, sentence }) => [
      pointer.replace('/body/', ''),
      (sentence && saidIn(sentence, words)) ?? detail,
    ]),
  );
}

/** Undefined for a field that was left empty. */
export function textOf(typed: string | undefined): string | undefined {
  const text = typed?.trim();
  return text === '' ? undefined : text;
}

/** @throws Problem `bad_request` for a field that was left empty */
export function requireWords(typed: string | undefined): string {
  const text = textOf(typed);
  if (text === undefined) throw new Problem('bad_request', say('text_empty'));
  return text;
}
