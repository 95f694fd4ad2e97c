/**
 * Files of the offices that are known and hold nothing to keep: they name documents without their applications, under which
 * patents are kept, or are lists of codes and fields. Whoever gives one is told what to ask for instead.
 */
interface FileWithoutPatents {
  pattern: RegExp;
  /** What it is, as "an answer of ...". */
  what: string;
  remedy: string;
}

const ASK_FOR_BIBLIOGRAPHY =
  'it names documents and not their applications; ask for their bibliography (biblio)';
const NO_PATENT = 'it tells of no patent';

const FILES: readonly FileWithoutPatents[] = [
  {
    pattern: /<(?:[\w-]+:)?biblio-search[\s>]/,
    what: 'a search answer of OPS',
    remedy: ASK_FOR_BIBLIOGRAPHY,
  },
  {
    pattern: /<(?:[\w-]+:)?equivalents-inquiry[\s>]/,
    what: 'published equivalents of OPS',
    remedy: ASK_FOR_BIBLIOGRAPHY,
  },
  {
    pattern: /<(?:[\w-]+:)?fulltext-documents[\s>]/,
    what: 'a full text of OPS',
    remedy: ASK_FOR_BIBLIOGRAPHY,
  },
  { pattern: /<(?:[\w-]+:)?standardization[\s>]/, what: 'a number answer of OPS', remedy: NO_PATENT },
  { pattern: /<(?:xsd?:)schema[\s>]/, what: 'an XML schema', remedy: NO_PATENT },
  { pattern: /"statusCodeBag"\s*:/, what: 'the status codes of the USPTO', remedy: NO_PATENT },
  { pattern: /"bulkDataProductBag"\s*:/, what: 'a list of bulk files of the USPTO', remedy: NO_PATENT },
  {
    pattern: /"(?:Grant|Pgpub)DocumentMetaData"\s*:/,
    what: 'a list of files of the USPTO',
    remedy: NO_PATENT,
  },
  { pattern: /^Authority,Event-code,/, what: "the EPO's list of legal event codes", remedy: NO_PATENT },
  { pattern: /^ipc_prefix,field,/, what: "WIPO's table of technology fields", remedy: NO_PATENT },
];

/** @returns a sentence, or null where the file is none of these */
export function whyNoPatents(head: string): string | null {
  const found = FILES.find(({ pattern }) => pattern.test(head));
  return found ? `The file is ${found.what}: ${found.remedy}.` : null;
}
