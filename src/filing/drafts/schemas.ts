/** What routes of drafts take and show. */
import Type from 'typebox';
import {
  APPLICATION_FORMS,
  APPLICATION_PARTS,
  CLAIM_LANGUAGES,
  FINDING_SEVERITIES,
} from '../../../models/claims/types.ts';
import { Closed, Id, Instant, Nullable, OneOf, WithDefault } from '../../http/schemas.ts';
import { MAX_CITED, MAX_CLASSES, MAX_NOTE_CHARS, MAX_NUMBER_CHARS, PART_LIMITS_CHARS } from './limits.ts';

export const ById = Closed({ id: Id });
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const AVersion = Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'of the draft' });

/** Their limits are looked at by the service, which names each. */
const Part = (name: keyof typeof PART_LIMITS_CHARS, description: string) =>
  WithDefault(
    Type.String({
      default: '',
      description: `${description}; at most ${PART_LIMITS_CHARS[name]} characters`,
    }),
  );

export const Text = {
  title: Part('title', 'of the invention'),
  claims: Part('claims', 'numbered, one after another'),
  description: Part('description', 'with its headings'),
  abstract: Part('abstract', 'of the description'),
  figures: Part('figures', 'one a line with its reference signs, such as "Fig. 1: section; 10 housing"'),
  classes: WithDefault(
    Type.Array(Type.String({ maxLength: MAX_NUMBER_CHARS }), {
      maxItems: MAX_CLASSES,
      default: [],
      description: 'IPC or CPC symbols that are expected',
    }),
  ),
  cited: WithDefault(
    Type.Array(Type.String({ maxLength: MAX_NUMBER_CHARS }), {
      maxItems: MAX_CITED,
      default: [],
      description: 'numbers of patents that it cites',
    }),
  ),
};

export const Kind = {
  form: OneOf(APPLICATION_FORMS, 'whose rules of form it keeps'),
  right_type: OneOf(['invention', 'utility_model'], 'kind of right; utility models are of form CN'),
  language: OneOf(CLAIM_LANGUAGES, 'of its text'),
};

export const Reference = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'your own name for it, used once',
});
export const Note = WithDefault(
  Type.String({ maxLength: MAX_NOTE_CHARS, default: '', description: 'what was changed' }),
);

export const DraftHead = Type.Object({
  id: Id,
  firm_id: Id,
  reference: Type.String(),
  ...Kind,
  version: Type.Integer({ description: 'the latest' }),
  created_at: Instant,
});

const Head = {
  version: Type.Integer(),
  sha256: Sha256,
  note: Type.String(),
  author_id: Type.String({ description: 'a person, or a key' }),
  written_at: Instant,
};
export const VersionHead = Type.Object(Head);
export const VersionText = Type.Object({
  ...Head,
  title: Type.String(),
  claims: Type.String(),
  description: Type.String(),
  abstract: Type.String(),
  figures: Type.String(),
  classes: Type.Array(Type.String()),
  cited: Type.Array(Type.String()),
});
export const WrittenDraft = Type.Object({ draft: DraftHead, text: VersionText });

export const Finding = Type.Object({
  rule: Type.String(),
  claim: Nullable(Type.Integer({ description: 'as written; null for another part, or all of them' })),
  place: Type.Object({
    part: OneOf(APPLICATION_PARTS, 'of the application'),
    start: Type.Integer({ description: 'UTF-16 code units from the start of the part' }),
    end: Type.Integer(),
    quote: Type.String(),
  }),
  severity: OneOf(FINDING_SEVERITIES, 'error: the office objects; warning: it may; info: no fault'),
  values: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
  message: Type.String(),
  remedy: Type.String(),
});

export const StoredCheck = Type.Object({
  version: Type.Integer(),
  checks_version: Type.String({ description: 'of the program whose checks they are' }),
  findings: Type.Array(Finding),
  sha256: Sha256,
  checked_at: Instant,
});

export const Comment = Type.Object({
  id: Id,
  version: Type.Integer({ description: 'on which it was made' }),
  part: OneOf(APPLICATION_PARTS, 'of the draft'),
  claim: Nullable(Type.Integer()),
  body: Type.String(),
  organisation_id: Type.String({ description: 'the firm, or an agency that it engaged' }),
  author_id: Type.String(),
  written_at: Instant,
  resolved_by: Nullable(Type.String()),
  resolved_at: Nullable(Instant),
});
