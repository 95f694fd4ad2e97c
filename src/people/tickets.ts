/** Steps of signing in that were taken, each a secret for the next one that counts once and ends soon. */
import type { Sql } from '../db/client.ts';
import { hashToken, mintToken } from './tokens.ts';

export const TICKET_MINUTES = 5;
/** Wrong codes that a ticket outlives. With the attempts that an account has, a guesser gets few. */
const MAX_FAILURES = 2;

export type TicketPurpose =
  | 'second_factor'
  | 'passkey_registration'
  | 'passkey_sign_in'
  | 'provider_sign_in'
  | 'account_recovery';

export interface Ticket {
  /** Null where nobody is known yet. */
  person_id: string | null;
  /** What the next step needs of this one; whoever issued it sealed what is secret. */
  detail: string | null;
}

export async function issueTicket(
  sql: Sql,
  purpose: TicketPurpose,
  { person_id = null, detail = null }: Partial<Ticket>,
  minutes = TICKET_MINUTES,
): Promise<string> {
  const { token, token_sha256 } = mintToken();
  await sql`insert into ticket (token_sha256, purpose, person_id, detail, expires_at) values (${token_sha256},
    ${purpose}, ${person_id}, ${detail}, now() + make_interval(mins => ${minutes}))`;
  return token;
}

/** A ticket, held until the end of the transaction; null when it is unknown, used or past its time. */
export async function holdTicket(sql: Sql, purpose: TicketPurpose, token: string): Promise<Ticket | null> {
  const [row] = await sql<Ticket[]>`select person_id, detail from ticket
    where token_sha256 = ${hashToken(token)} and purpose = ${purpose} and expires_at > now() for update`;
  return row ?? null;
}

/** The ticket, which is worth nothing any more; null when it was not. */
export async function takeTicket(sql: Sql, purpose: TicketPurpose, token: string): Promise<Ticket | null> {
  const [row] = await sql<Ticket[]>`delete from ticket
    where token_sha256 = ${hashToken(token)} and purpose = ${purpose} and expires_at > now() returning person_id, detail`;
  return row ?? null;
}

export async function useTicket(sql: Sql, token: string): Promise<void> {
  await sql`delete from ticket where token_sha256 = ${hashToken(token)}`;
}

/** Those of a person that wait are worth nothing any more. */
export async function withdrawTickets(sql: Sql, purpose: TicketPurpose, person_id: string): Promise<void> {
  await sql`delete from ticket where purpose = ${purpose} and person_id = ${person_id}`;
}

/** Counts a wrong answer; after some the ticket is worth nothing. */
export async function failTicket(sql: Sql, token: string): Promise<void> {
  const token_sha256 = hashToken(token);
  await sql`update ticket set failures = failures + 1 where token_sha256 = ${token_sha256}`;
  await sql`delete from ticket where token_sha256 = ${token_sha256} and failures > ${MAX_FAILURES}`;
}

/** Forgets tickets past their time. */
export async function forgetTickets({ sql }: { sql: Sql }): Promise<{ tickets_forgotten: number }> {
  const forgotten = await sql`delete from ticket where expires_at < now()`;
  return { tickets_forgotten: forgotten.count };
}
