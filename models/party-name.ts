/**
 * Whether two names are of one party, as far as spelling tells.
 *
 * `isSameName`: equal but for case, width, blanks and punctuation. `isSameButForm`: besides, but for the legal form.
 * `mayBeSameName`: no sign against it: that, or in scripts that cannot be compared (a Chinese name and its translation).
 * Neither follows renamings, translations or groups of companies: a name is evidence, never proof.
 * Domain: text of whatever script. Errors: none. A name without letters and digits is nobody's.
 * Worked: `Acme Co., Ltd.` is `ACME CO LTD`, may be `Acme Company Limited` or `顶点公司`, and is not `Acme Labs Co., Ltd.`.
 */

/** Words after which companies are told apart in law, not by name; ours, the common ones. */
const LEGAL_FORMS = new Set(
  'CO COMPANY LTD LIMITED INC INCORPORATED CORP CORPORATION LLC PLC GMBH AG KG SE SA SAS SARL BV NV SPA SRL AB OY AS KK'.split(
    ' ',
  ),
);
const CHINESE_LEGAL_FORM = /(股份有限公司|有限责任公司|有限公司|公司)$/u;
const HAN = /\p{Script=Han}/u;

export function isSameName(one: string, other: string): boolean {
  const [first, second] = [wordsOf(one).join(''), wordsOf(other).join('')];
  return first !== '' && first === second;
}

export function isSameButForm(one: string, other: string): boolean {
  const [first, second] = [withoutLegalForm(one), withoutLegalForm(other)];
  return first === '' || second === '' ? isSameName(one, other) : first === second;
}

export function mayBeSameName(one: string, other: string): boolean {
  const [first, second] = [withoutLegalForm(one), withoutLegalForm(other)];
  if (first === '' || second === '') return isSameName(one, other);
  return HAN.test(first) !== HAN.test(second) || first === second;
}

/** What of a name is compared: names of one key are one name but for case, width, punctuation and legal form. */
export function nameKey(name: string): string {
  return withoutLegalForm(name) || wordsOf(name).join('');
}

function wordsOf(name: string): string[] {
  return name
    .normalize('NFKC')
    .toUpperCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function withoutLegalForm(name: string): string {
  return nameWithoutForm(name).replaceAll(' ', '');
}

/** Words of a name in capitals, but for those that tell companies apart in law alone. */
export function nameWithoutForm(name: string): string {
  return wordsOf(name)
    .filter((word) => !LEGAL_FORMS.has(word))
    .join(' ')
    .replace(CHINESE_LEGAL_FORM, '');
}
