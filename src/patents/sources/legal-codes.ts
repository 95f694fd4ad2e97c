/**
 * Legal event codes of CN, US, EP, DE, JP and KR that matter to a lender: what they mean, by the offices' own meanings.
 * Data and their look-ups. A code that is not here is kind `other`, category `Z`; a code listed under `other` is known
 * and changes nothing for a lender by itself. Categories are WIPO ST.27 letters.
 *
 * Codes that cover a start, a change and an end at once are read with caution: CN PLDC and RINS as an encumbrance,
 * CN C32 and C35 (full or partial invalidation) as partial.
 */
import type { SignalKind } from './record.ts';

export interface LegalMeaning {
  kind: SignalKind;
  category: string;
}

type MeaningOfCodes = readonly [SignalKind, category: string, codes: string];

const MEANINGS: Record<string, readonly MeaningOfCodes[]> = {
  CN: [
    ['published', 'Q', 'PB01 C06'],
    ['examination_requested', 'D', 'SE01 C10 EXSB DE01'],
    ['granted', 'F', 'GR01 GR03 C14 FG4A FG1K'],
    ['refused', 'B', 'RJ01 C12'],
    ['withdrawn', 'B', 'WD01 WW01 C01 C02 C03 C04 C05'],
    ['lapsed', 'H', 'CF01 CE01 C17 C19 MM4A MM1K EXPY'],
    ['expired', 'H', 'CX01 MK4A MK1K'],
    ['surrendered', 'H', 'AV01 AR01 AD01 RGAV C20 C25 MA1K'],
    ['partly_invalidated', 'M', 'AV02 IP01 RP01 C26 C32 C35'],
    ['invalidated', 'H', 'IW01 RW01 C28'],
    ['restored', 'K', 'RR01 RA01 C49'],
    ['restored', 'C', 'REIN C52'],
    ['transferred', 'R', 'TR01 TA01 ASS C41 C44 C45 C47'],
    ['encumbered', 'S', 'PE01 PM01 PLDC'],
    ['encumbered', 'T', 'PP01 RINS'],
    ['encumbrance_released', 'S', 'PC01'],
    ['encumbrance_released', 'T', 'PD01'],
    ['licensed', 'S', 'EE01 LIC'],
    ['other', 'S', 'EM01 EC01 LICC OL01 OL02'],
    ['other', 'R', 'CP01 CP02 CP03 CB01 CB02 CB03 CB04 C56'],
    ['other', 'G', 'TG01 TP01 RN01 C15'],
    ['other', 'W', 'DD01'],
    ['other', 'Y', 'ERR RECT'],
  ],
  US: [
    ['lapsed', 'H', 'LAPS FP'],
    ['restored', 'K', 'REIN PRDP STCK RN'],
    ['invalidated', 'H', 'FPB1 FPB2 FPB3'],
    ['partly_invalidated', 'M', 'LIMR'],
    ['challenged', 'L', 'IPR PGR CBM RR RF'],
    ['challenged', 'Z', 'PS'],
    ['fee_paid', 'U', 'MAFP FPAY'],
    ['fee_late', 'U', 'SULP REMI'],
    ['transferred', 'R', 'AS'],
    ['other', 'H', 'STCH'],
    ['other', 'L', 'DC'],
    ['other', 'S', 'PA'],
    ['other', 'U', 'FEPP'],
    ['other', 'G', 'PTEF PTEG'],
  ],
  EP: [
    ['published', 'Q', 'PUAI'],
    ['examination_requested', 'D', '17P'],
    ['granted', 'F', 'GRAA'],
    ['refused', 'B', '18R'],
    ['withdrawn', 'B', '18D 18W'],
    ['restored', 'C', '18RR'],
    ['lapsed', 'H', 'PG25 GBPC NLV1 NLV4 BERE LTLA U93'],
    ['expired', 'H', 'NLV7 BE20'],
    ['surrendered', 'H', 'RDAA NLV6'],
    ['invalidated', 'H', '27W RDAG RDAH'],
    ['partly_invalidated', 'M', '27A PUAH'],
    ['restored', 'K', '28 R28 PGRI VSRI BERR'],
    ['challenged', 'L', '26 PLBI LIM1'],
    ['transferred', 'R', 'NLS U1K 33'],
    ['licensed', 'S', '111L 34G NLUE U76'],
    ['encumbered', 'S', '111R 111Z 34E 34L 34TR U70'],
    ['fee_paid', 'U', 'PGFP VSFP U20'],
    ['fee_late', 'U', 'U21'],
    ['other', 'L', '26N 27C 27O PLBE PLBN LIM2 LIM3 LIM4 LIM5'],
    ['other', 'R', 'RAP1 RAP2 RAP3 RAP4'],
    ['other', 'S', 'U79 U82'],
  ],
  DE: [
    ['examination_requested', 'D', 'R012 8110'],
    ['granted', 'F', 'R020'],
    ['refused', 'B', 'R003'],
    ['withdrawn', 'B', 'R005 8141'],
    ['lapsed', 'H', 'R119 8139 8339'],
    ['expired', 'H', 'R071'],
    ['surrendered', 'H', 'R120 R231 8330'],
    ['invalidated', 'H', 'R037 R042 R103 8311 8331'],
    ['partly_invalidated', 'M', '8312'],
    ['restored', 'K', '8570'],
    ['challenged', 'L', 'R026 R039 8310 8363'],
    ['transferred', 'R', 'R081'],
    ['other', 'L', 'R028 8364'],
    ['other', 'M', '8365'],
    ['other', 'R', '8327 8328'],
    ['other', 'S', 'R084 R085 8120 8320 8321 8322 8323'],
  ],
  JP: [
    ['examination_requested', 'D', 'A621 A625'],
    ['granted', 'F', 'R150 R151'],
    ['withdrawn', 'B', 'A300 A761'],
    ['lapsed', 'H', 'LAPS LAPF'],
    ['expired', 'H', 'EXPY'],
    ['surrendered', 'H', 'ABAN'],
    ['invalidated', 'H', 'R92 RVTR RVOP'],
    ['transferred', 'R', 'R350 S111 S131'],
    ['encumbered', 'S', 'S303 S321 S343 RI99'],
    ['encumbrance_released', 'S', 'S843'],
    ['licensed', 'S', 'S201 S202 S211 S212 S221 S222'],
    ['fee_paid', 'U', 'A61 R250 FPAY'],
    ['other', 'S', 'S804 S805'],
  ],
  KR: [
    ['examination_requested', 'D', 'A201'],
    ['granted', 'F', 'GRNT REGI'],
    ['refused', 'B', 'E601'],
    ['withdrawn', 'B', 'WITB WITN WITR SUBM C193'],
    ['lapsed', 'H', 'LAPS'],
    ['expired', 'H', 'EXPY'],
    ['invalidated', 'H', 'EXTG T601'],
    ['restored', 'K', 'R401'],
    ['challenged', 'L', 'J204'],
    ['transferred', 'R', 'N231 N232 N233 N234 N235 N236 N237'],
    ['fee_paid', 'U', 'FPAY'],
  ],
};

/**
 * US codes whose free text decides. In an assignment the conveyance stands before the first semicolon, names after
 * it: a lender called "Security Bank" makes no security interest.
 */
const MEANINGS_BY_TEXT: readonly [code: string, text: RegExp, LegalMeaning][] = [
  ['US.STCH', /non-?payment|maintenance fee/i, { kind: 'lapsed', category: 'H' }],
  ['US.AS', /^[^;]*\b(?:release|termination)/i, { kind: 'encumbrance_released', category: 'S' }],
  ['US.AS', /^[^;]*\b(?:security|lien|pledge|collateral|mortgage)/i, { kind: 'encumbered', category: 'S' }],
  ['US.FEPP', /\bM[123]55[456]\b|surcharge/i, { kind: 'fee_late', category: 'U' }],
];

const MEANING_BY_CODE = new Map<string, LegalMeaning>(
  Object.entries(MEANINGS).flatMap(([office, meanings]) =>
    meanings.flatMap(([kind, category, codes]) =>
      codes.split(' ').map((code): [string, LegalMeaning] => [`${office}.${code}`, { kind, category }]),
    ),
  ),
);

/** European codes that speak for one state by their very name; the others name it in a field. */
const STATE_BY_EP_CODE: Record<string, string> = {
  GBPC: 'GB',
  NLV1: 'NL',
  NLV4: 'NL',
  NLV6: 'NL',
  NLV7: 'NL',
  NLS: 'NL',
  NLUE: 'NL',
  BERE: 'BE',
  BERR: 'BE',
  BE20: 'BE',
  LTLA: 'LT',
};

/** @param text free text of the event, empty when there is none */
export function legalMeaning(office: string, code: string, text: string): LegalMeaning {
  const key = `${office}.${code}`;
  const by_text = MEANINGS_BY_TEXT.find(([of, pattern]) => of === key && pattern.test(text));
  return by_text?.[2] ?? MEANING_BY_CODE.get(key) ?? { kind: 'other', category: 'Z' };
}

/** @returns the one contracting state that a European code concerns, or null */
function stateOfEpCode(code: string): string | null {
  return STATE_BY_EP_CODE[code] ?? null;
}

const ENDS_OR_REVIVES: readonly SignalKind[] = [
  'lapsed',
  'expired',
  'surrendered',
  'invalidated',
  'restored',
];

/**
 * What an event means for the whole right, with its detail. A European patent is a bundle of national rights: an event that
 * ends or revives it in one state says nothing of the others, so there it is kind `other`, with `detail.state` and
 * `detail.kind_in_state`.
 */
export function meaningThere(
  authority: string,
  meaning: LegalMeaning,
  code: string,
  told: Record<string, string>,
): LegalMeaning & { detail: Record<string, string> } {
  const state = authority === 'EP' ? (told.state ?? stateOfEpCode(code)) : null;
  if (state === null || !ENDS_OR_REVIVES.includes(meaning.kind)) return { ...meaning, detail: told };
  const detail = { ...told, state, kind_in_state: meaning.kind };
  return { kind: 'other', category: meaning.category, detail };
}
