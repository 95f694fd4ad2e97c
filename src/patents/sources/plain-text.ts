/**
 * Text that looks alike made alike, where sources write it by hand. Registers of different offices give one name composed
 * and decomposed, and paste in marks that nobody sees: two spellings of one owner would be two owners.
 */

/** Marks without width or that turn the direction of writing; joiners stay, words of some scripts need them. */
const INVISIBLE = /[^\P{Cf}\u200C\u200D]/gu;
const NOT_ASCII = /[^\p{ASCII}]/u;

/** A name or title: composed (NFC), without invisible marks. */
export function plainName(text: string): string {
  return NOT_ASCII.test(text) ? text.normalize('NFC').replace(INVISIBLE, '').trim() : text;
}

/** A number or date: digits and letters of full width as ASCII (NFKC), without invisible marks. */
export function plainCode(text: string): string {
  return NOT_ASCII.test(text)
    ? text
        .normalize('NFKC')
        .replace(/\p{Cf}/gu, '')
        .trim()
    : text;
}
