/** A document of an EPO answer as written: what the reader gathers and epo-bibliography.ts makes sense of. */

/** Text of one document that is kept; a citation takes some 300 characters, so there is room for three thousand. */
export const MAX_DOCUMENT_CHARS = 1_048_576;

/** One `document-id`: its form (docdb, epodoc, original) and its parts. */
export interface RawId {
  form: string;
  parts: Map<string, string>;
}

export interface RawApplicant {
  form: string;
  name: string;
}

export interface RawPriority {
  ids: RawId[];
  active: string;
}

export interface RawCitation {
  phase: string;
  by: string;
  cited: RawId[];
  literature: string;
  categories: string[];
}

/** A document as written, unchecked. */
export interface RawDocument {
  element: string;
  line: number;
  family_id: string;
  publication: RawId[];
  application: RawId[];
  priorities: RawPriority[];
  ipc: string[];
  cpc: string[];
  applicants: RawApplicant[];
  titles: { language: string; text: string }[];
  abstracts: { language: string; text: string }[];
  citations: RawCitation[];
  /** Kept so far, and beyond the limit not kept. */
  chars: number;
  /** Some text was not UTF-8. */
  damaged: boolean;
}
