/**
 * How a corpus is spread over WIPO's 35 technology fields: weight, sector and IPC groups of each.
 *
 * Source: fields and sectors of the IPC and technology concordance (data/wipo_ipc_technology_concordance.csv); weights near
 * the shares of published applications of the years around 2020 [M], rounded, ours. Units: weights in thousandths, nearly.
 * Errors: none. Worked: computer technology, field 6, has 115 of 1,054.
 */
export type Sector = 'electrical' | 'instruments' | 'chemistry' | 'mechanical' | 'other';

export interface CorpusField {
  /** WIPO field, 1 to 35. */
  field: number;
  sector: Sector;
  weight: number;
  /** Groups that the concordance puts into this field. */
  ipc: readonly string[];
}

const ROWS: readonly (readonly [Sector, weight: number, ipc: string])[] = [
  ['electrical', 65, 'H01B1/00 H01M10/052 H02J7/00'],
  ['electrical', 26, 'G09G3/36 H04N5/225 H04R1/10'],
  ['electrical', 17, 'H04B7/06 H04M1/02'],
  ['electrical', 50, 'H04L9/40 H04W72/04'],
  ['electrical', 5, 'H03K19/00 H03M7/30'],
  ['electrical', 115, 'G06F16/00 G06N3/08 G06T7/00'],
  ['electrical', 30, 'G06Q10/06 G06Q30/02'],
  ['electrical', 30, 'H01L21/02 H01L29/78'],
  ['instruments', 20, 'G02B6/00 G02F1/13'],
  ['instruments', 56, 'G01B11/00 G01R31/00 G01S7/00'],
  ['instruments', 7, 'G01N33/53 G01N33/68'],
  ['instruments', 32, 'G05B19/04 G05D1/02 G08G1/00'],
  ['instruments', 52, 'A61B5/00 A61F2/00 A61M5/00'],
  ['chemistry', 17, 'C07C5/00 C07D401/00'],
  ['chemistry', 23, 'C07K16/00 C12N15/00'],
  ['chemistry', 29, 'A61K31/00 A61K39/00 A61P35/00'],
  ['chemistry', 17, 'C08F2/00 C08L67/00'],
  ['chemistry', 18, 'A23L2/00 A23K10/00'],
  ['chemistry', 22, 'A01N43/00 C09D5/00'],
  ['chemistry', 31, 'C04B35/00 C22C38/00'],
  ['chemistry', 19, 'B32B27/00 C23C16/00'],
  ['chemistry', 2, 'B81C1/00 B82Y30/00'],
  ['chemistry', 29, 'B01D1/00 B01J21/00'],
  ['chemistry', 24, 'B01D53/00 C02F1/00'],
  ['mechanical', 38, 'B25J9/16 B65D81/00 B65G47/00'],
  ['mechanical', 38, 'B23B27/00 B23K26/00'],
  ['mechanical', 19, 'F02M25/00 F01D5/00'],
  ['mechanical', 13, 'B41J2/00 D03D15/00'],
  ['mechanical', 36, 'A01B49/00 B29C45/00'],
  ['mechanical', 17, 'F24F11/00 F25B21/00'],
  ['mechanical', 27, 'F16H3/00 F16K31/00'],
  ['mechanical', 54, 'B60L50/00 B60W30/00 B62D5/00'],
  ['other', 23, 'A47B88/00 A63F13/00'],
  ['other', 17, 'A24F47/00 A41D13/00'],
  ['other', 36, 'E04B1/00 E21B43/00'],
];

export const CORPUS_FIELDS: readonly CorpusField[] = ROWS.map(([sector, weight, ipc], position) => ({
  field: position + 1,
  sector,
  weight,
  ipc: ipc.split(' '),
}));

export const FIELD_WEIGHTS = CORPUS_FIELDS.map(({ weight }) => weight);
