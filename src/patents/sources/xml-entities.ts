/**
 * Entities of HTML 4.01 that patent dumps use without declaring them, as those of the USPTO of 2001 and 2002 do: punctuation,
 * signs, letters of Western Europe and Greek. Each stands for one character, so none can multiply.
 */
const LATIN_1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para ' +
  'middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute ' +
  'Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml ' +
  'Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ' +
  'ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
/** There is no capital of the final sigma. */
const GREEK_CAPITALS =
  'Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau Upsilon Phi Chi Psi Omega';
const GREEK =
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega';

/** Characters from `first` on, one a name. */
function named(first: number, names: string): [string, string][] {
  return names.split(' ').map((name, i) => [name, String.fromCodePoint(first + i)]);
}

export const UNDECLARED_ENTITIES: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...named(0xa0, LATIN_1), ...named(0x391, GREEK_CAPITALS), ...named(0x3b1, GREEK)]),
  ...{ ndash: '\u2013', mdash: '\u2014', lsquo: '\u2018', rsquo: '\u2019', ldquo: '\u201C', rdquo: '\u201D' },
  ...{ bull: '\u2022', hellip: '\u2026', prime: '\u2032', Prime: '\u2033', trade: '\u2122', minus: '\u2212' },
  ...{ infin: '\u221E', asymp: '\u2248', ne: '\u2260', le: '\u2264', ge: '\u2265' },
};
