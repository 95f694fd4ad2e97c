/**
 * The body of an application as WIPO ST.96 XML, version 6.0: `pat:ApplicationBody` with description, claims and abstract, in
 * the order and with the names of ApplicationBody_V6_0.xsd. Drawings are named by their list alone: the element for them needs
 * image files, which drafts do not have. That it is valid is held by the tests, against the schema itself where that is there.
 */
import type { ApplicationForm } from '../../../models/claims/types.ts';
import type { Body, BodyClaim, DescriptionSection, SectionKind } from './body.ts';

const NAMESPACE = 'http://www.wipo.int/standards/XMLSchema/ST96';
const VERSION = 'V6_0';
/** WIPO ST.3: of an international application, the International Bureau. */
const OFFICES: Readonly<Record<ApplicationForm, string>> = { CN: 'CN', EP: 'EP', PCT: 'IB' };
const SECTIONS: Readonly<Record<SectionKind, string>> = {
  field: 'pat:TechnicalField',
  background: 'pat:BackgroundArt',
  summary: 'pat:InventionSummary',
  drawings: 'pat:DrawingDescription',
  embodiments: 'pat:EmbodimentDescription',
};
const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function st96Xml(body: Body): string {
  const attributes = {
    'xmlns:pat': `${NAMESPACE}/Patent`,
    'xmlns:com': `${NAMESPACE}/Common`,
    'com:id': 'BODY',
    'com:fileReferenceIdentifier': body.reference.replace(/\s+/g, ' ').trim(),
    'com:languageCode': body.language,
    'com:receivingOffice': OFFICES[body.form],
    'com:st96Version': VERSION,
  };
  const abstract = body.abstract.map((text) => element('com:P', {}, escaped(text)));
  const root = element('pat:ApplicationBody', attributes, [
    description(body),
    element('pat:Claims', { 'com:id': 'CLAIMS' }, claims(body.claims)),
    element('pat:Abstract', { 'com:id': 'ABSTRACT' }, abstract),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function description({ title, description: sections, figures }: Body): string {
  const has_drawings = sections.some(({ kind }) => kind === 'drawings');
  const listed = figures.map((text) => element('com:P', {}, escaped(text)));
  return element('pat:Description', { 'com:id': 'DESCRIPTION' }, [
    element('pat:InventionTitle', {}, escaped(title)),
    ...sections.flatMap(section),
    ...(has_drawings || listed.length === 0 ? [] : [element('pat:DrawingDescription', {}, listed)]),
  ]);
}

function section({ kind, heading, paragraphs }: DescriptionSection): string[] {
  const held = [
    ...(heading === null ? [] : [element('com:Heading', {}, escaped(heading))]),
    ...paragraphs.map(({ number, text }) => {
      const digits = paragraphNumber(number);
      return element('com:P', { 'com:id': `P-${digits}`, 'com:pNumber': digits }, escaped(text));
    }),
  ];
  return kind === null ? held : [element(SECTIONS[kind], {}, held)];
}

/** Of four digits at least, as the offices number. */
export function paragraphNumber(number: number): string {
  return String(number).padStart(4, '0');
}

function claims(all: readonly BodyClaim[]): string[] {
  // The first that bears a number is the one that is meant by it.
  const ids = new Map(all.map(({ number, place }) => [number, claimId(place)] as const).reverse());
  return all.map(({ number, place, text, references, depends_on }) =>
    element('pat:Claim', { 'com:id': claimId(place) }, [
      element('pat:ClaimNumber', {}, String(number)),
      element('pat:ClaimTypeCategory', {}, depends_on.length > 0 ? 'Dependent' : 'Independent'),
      element('pat:ClaimText', {}, withReferences(text, references, ids)),
    ]),
  );
}

function claimId(place: number): string {
  return `CLM-${String(place).padStart(5, '0')}`;
}

/** A reference to claims that are there becomes an element that names them; any other stays words. */
function withReferences(
  text: string,
  references: BodyClaim['references'],
  ids: ReadonlyMap<number, string>,
): string {
  let written = '';
  let reached = 0;
  for (const { start, end, numbers } of references) {
    const named = [...new Set(numbers.flatMap((number) => ids.get(number) ?? []))];
    if (named.length === 0) continue;
    const words = element(
      'pat:ClaimReference',
      { 'com:idrefs': named.join(' ') },
      escaped(text.slice(start, end)),
    );
    written += escaped(text.slice(reached, start)) + words;
    reached = end;
  }
  return written + escaped(text.slice(reached));
}

/** Children that are a list stand on lines of their own: where they do, white space means nothing. */
function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: string | readonly string[],
): string {
  const told = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const held = typeof children === 'string' ? children : `\n${children.join('\n')}\n`;
  return `<${name}${told.join('')}>${held}</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPED[sign]!);
}
