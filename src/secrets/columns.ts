/** Every column that holds sealed texts: whose they are, and for which place. What is sealed anywhere else is never sealed anew. */
import type { Transaction } from '../db/client.ts';
import { fetchHeadersPlace } from '../fetches/store.ts';
import { keptAnswerPlace } from '../http/create.ts';
import { invitedPlace } from '../people/invitations.ts';
import { TICKET_PLACE } from '../people/provider-sign-in.ts';
import { providerSecretPlace } from '../people/providers.ts';
import { totpPlace } from '../people/second-factor.ts';
import { detailPlace } from '../people/store.ts';
import { endpointPlace, headersPlace } from '../webhooks/sealed.ts';
import { signingKeyPlace } from '../webhooks/signing-keys.ts';
import { lotSeedPlace, markKeyPlace, placeIn } from './places.ts';
import { INSTALLATION } from './vault.ts';

/** Where a document of a data room is kept. */
export function documentPlace(id: string): string {
  return `listing_document/${id}`;
}

export interface SealedColumn {
  table: string;
  column: string;
  /** Columns that name the row; the last of them goes into the place. */
  key: readonly string[];
  /** SQL that names the owner; null for the installation’s own. */
  owner: string | null;
  place(id: string): string;
}

/** Of a client of a desk: whom to ask for there. No organisation's own, for a hand-over takes it along. */
export const deskContactPlace = (client_id: string) => `desk_client/${client_id}/contact`;
/** @param row import and line, with a slash between */
export const deskImportRowPlace = (row: string) => `desk_import_row/${row}`;

const DETAIL = { table: 'person_detail', key: ['person_id'], owner: 'organisation_id' };
const ENDPOINT = { table: 'endpoint', key: ['id'], owner: 'organisation_id' };

/** Answers that show a secret; others are kept in clear. */
export const KEPT_ANSWERS: SealedColumn = {
  table: 'idempotency_key',
  column: 'body',
  key: ['organisation_id', 'key'],
  owner: 'organisation_id',
  place: keptAnswerPlace,
};

/** Of the range that one side of a deal expects. */
export function expectationPlace(id: string): string {
  return `listing_expectation/${id}`;
}

/** Of filing: what firms and agencies write to each other about what is not published, and what goes to an office. */
const FILING: readonly SealedColumn[] = [
  { table: 'filing_engagement', column: 'instruction', owner: 'firm_id' },
  { table: 'filing_message', column: 'body', owner: 'firm_id' },
  { table: 'filing_package', column: 'content', owner: 'firm_id' },
].map((column) => ({ ...column, key: ['id'], place: placeIn(column.table) }));

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { ...ENDPOINT, column: 'secret', place: endpointPlace },
  { ...ENDPOINT, column: 'previous_secret', place: endpointPlace },
  { ...ENDPOINT, column: 'headers', place: headersPlace },
  { table: 'signing_key', column: 'private_key', key: ['id'], owner: null, place: signingKeyPlace },
  { table: 'source_fetch', column: 'headers', key: ['id'], owner: null, place: fetchHeadersPlace },
  KEPT_ANSWERS,
  { ...DETAIL, column: 'name', place: (id) => detailPlace(id, 'name') },
  { ...DETAIL, column: 'email', place: (id) => detailPlace(id, 'email') },
  { table: 'invitation', column: 'email', key: ['id'], owner: 'organisation_id', place: invitedPlace },
  {
    table: 'person_login',
    column: 'totp_secret',
    key: ['person_id'],
    owner: '(select organisation_id from person where id = person_id)',
    place: totpPlace,
  },
  {
    table: 'identity_provider',
    column: 'client_secret',
    key: ['organisation_id'],
    owner: 'organisation_id',
    place: providerSecretPlace,
  },
  { table: 'mark_key', column: 'private_key', key: ['number::text'], owner: null, place: markKeyPlace },
  {
    table: 'mark_lot',
    column: 'seed',
    key: ['id'],
    owner: '(select organisation_id from marked_product where marked_product.id = product_id)',
    place: lotSeedPlace,
  },
  {
    table: 'listing_expectation',
    column: 'sealed',
    key: ['id'],
    owner: 'organisation_id',
    place: expectationPlace,
  },
  {
    table: 'listing_document',
    column: 'content',
    key: ['id'],
    owner: `(select organisation_id from listing join pseudonym_owner using (pseudonym_id) where listing.id = listing_id)`,
    place: documentPlace,
  },
  {
    table: 'desk_client',
    column: 'contact',
    key: ['id'],
    owner: null,
    place: deskContactPlace,
  },
  {
    table: 'desk_import_row',
    column: 'given',
    key: ["import_id || '/' || line"],
    owner: null,
    place: deskImportRowPlace,
  },
  {
    table: 'ticket',
    column: 'detail',
    key: ["encode(token_sha256, 'hex')"],
    owner: null,
    place: () => TICKET_PLACE,
  },
  ...FILING,
];

export interface SealedRow {
  owner: string;
  place: string;
  /** Values of the key. */
  key: readonly string[];
  text: string;
}

/** Rows of a column in the order of their key, locked. @param condition SQL, of our own words alone */
export async function lockRows(
  tx: Transaction,
  { table, column, key, owner, place }: SealedColumn,
  condition: string,
  after: readonly string[] = [],
  limit: number | null = null,
): Promise<SealedRow[]> {
  const keys = key.join(', ');
  const rows = await tx.unsafe<{ owner: string; key: string[]; text: string }[]>(
    `select ${owner ?? `'${INSTALLATION}'`} as owner, array[${keys}] as key, ${column} as text from ${table}
      where (${condition}) and (cardinality($1::text[]) = 0 or array[${keys}] > $1::text[])
      order by array[${keys}] limit $2 for update`,
    [after as string[], limit],
  );
  return rows.map((row) => ({ ...row, place: place(row.key.at(-1)!) }));
}

export async function putText(
  tx: Transaction,
  { table, column, key }: SealedColumn,
  row: SealedRow,
  text: string,
): Promise<void> {
  await tx.unsafe(`update ${table} set ${column} = $1 where array[${key.join(', ')}] = $2::text[]`, [
    text,
    row.key as string[],
  ]);
}
