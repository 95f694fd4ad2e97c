/**
 * A client goes from one desk to another: asked by the one that has it, accepted by the other. The history goes along; the desk
 * that gave it away goes on seeing what it had done itself, and nothing that comes after.
 */
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { say } from '../sentences.ts';
import { note } from './clients.ts';
import { requireClient, requireDesk } from './store.ts';

export const ANSWERS = ['accepted', 'declined', 'withdrawn'] as const;
export type Answer = (typeof ANSWERS)[number];
export const HANDOVER_STATES = ['asked', ...ANSWERS] as const;

export interface Handover {
  id: string;
  desk_client_id: string;
  client_name: string;
  from_desk_id: string;
  to_desk_id: string;
  reason: string;
  state: (typeof HANDOVER_STATES)[number];
  asked_at: Date;
  asked_by: string;
  answered_at: Date | null;
  answered_by: string | null;
}

/** @throws Problem `refused` for the desk itself or one that is none, `conflict` while it is asked already */
export async function askHandover(
  tx: Transaction,
  { desk_id, client_id }: { desk_id: string; client_id: string },
  { to_desk_id, reason }: { to_desk_id: string; reason: string },
  caller: Caller,
  now: Date,
): Promise<Handover> {
  const client = await requireClient(tx, desk_id, client_id, true);
  const known = await tx`select from desk where id = ${to_desk_id} and id <> ${desk_id}`;
  if (known.count === 0) throw new Problem('refused', say('handover_to_no_desk'));
  const handover: Handover = {
    id: newId('hnd'),
    desk_client_id: client_id,
    client_name: client.name,
    from_desk_id: desk_id,
    to_desk_id,
    reason,
    state: 'asked',
    asked_at: now,
    asked_by: caller.key_id,
    answered_at: null,
    answered_by: null,
  };
  const asked = await tx`insert into desk_handover ${tx(handover)} on conflict do nothing`;
  if (asked.count === 0) throw new Problem('conflict', say('handover_asked'));
  await tellBoth(tx, handover, caller, now);
  return handover;
}

/**
 * The other desk accepts or declines; the desk that asked withdraws.
 * @throws Problem `not_found`; `conflict` when it was answered, for the other's answer, or where the desk has the client
 */
export async function answerHandover(
  tx: Transaction,
  id: string,
  answer: Answer,
  caller: Caller,
  now: Date,
): Promise<Handover> {
  const [asked] = await tx<Handover[]>`select * from desk_handover where id = ${id} for update`;
  if (!asked) throw new Problem('not_found', 'There is no such hand-over.');
  if (asked.state !== 'asked')
    throw new Problem('conflict', say('handover_over', { handover_state: asked.state }));
  const answering = answer === 'withdrawn' ? asked.from_desk_id : asked.to_desk_id;
  await requireDesk(tx, answering).catch(() => {
    const of = answer === 'withdrawn' ? 'handover_of_asker' : 'handover_of_asked';
    throw new Problem('conflict', say(of, { given: answer }));
  });
  const answered = { state: answer, answered_at: now, answered_by: caller.key_id };
  const handover: Handover = { ...asked, ...answered };
  await tx`update desk_handover set ${tx(answered)} where id = ${id}`;
  if (answer === 'accepted') await take(tx, handover, caller, now);
  await tellBoth(tx, handover, caller, now);
  return handover;
}

/** The client, its open tasks and its history are the other desk's from now on. */
function take(tx: Transaction, handover: Handover, caller: Caller, now: Date): Promise<void> {
  const { id, desk_client_id: client_id, from_desk_id: desk_id, to_desk_id } = handover;
  return acrossTenants(tx, async () => {
    const twins =
      await tx`select from desk_client mine join desk_client theirs on theirs.desk_id = ${to_desk_id}
      and (theirs.registration_number = mine.registration_number
        or (theirs.region = mine.region and theirs.name_key = mine.name_key))
      where mine.id = ${client_id}`;
    if (twins.count > 0) throw new Problem('conflict', say('handover_client_again'));
    const detail = { handover_id: id, from_desk_id: desk_id, to_desk_id };
    await note(
      tx,
      { desk_id, client_id },
      { kind: 'handed_over', detail, note: handover.reason },
      caller,
      now,
    );
    await tx`update desk_client set desk_id = ${to_desk_id}, version = version + 1 where id = ${client_id}`;
    await tx`update desk_task set desk_id = ${to_desk_id} where desk_client_id = ${client_id} and done_at is null`;
  });
}

/** In order of id, as far as the caller may see them. */
export async function listHandovers(
  sql: Sql,
  state: Handover['state'] | undefined,
  after: string,
  limit: number,
): Promise<Handover[]> {
  const rows = await sql<Handover[]>`select * from desk_handover where id > ${after}
    ${state === undefined ? sql`` : sql`and state = ${state}`} order by id limit ${limit}`;
  return [...rows];
}

/** Whoever sits at either desk: as an event, and on the audit chain. */
async function tellBoth(tx: Transaction, handover: Handover, caller: Caller, now: Date): Promise<void> {
  const { id, desk_client_id, from_desk_id, to_desk_id, reason, state } = handover;
  const concerned = await acrossTenants(
    tx,
    () => tx<{ id: string; kind: string }[]>`select id, kind from organisation where id in (
      select organisation_id from desk_staff where desk_id in (${from_desk_id}, ${to_desk_id})
      union all select ${caller.organisation_id}) order by id`,
  );
  const detail = { client_id: desk_client_id, from_desk_id, to_desk_id, reason };
  await appendAudit(
    tx,
    concerned.map(({ id: organisation_id }) => {
      return {
        organisation_id,
        at: now,
        actor: caller.key_id,
        action: `desk.handover.${state}`,
        subject: id,
        detail,
      };
    }),
  );
  await emitEvents(
    tx,
    concerned.map((organisation) => ({
      type: `network.handover.${state}`,
      pledge_id: null,
      ...toldTo(organisation),
      occurred_at: now,
      data: { handover_id: id, ...detail },
    })),
  );
}
