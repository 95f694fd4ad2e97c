/** Desks and who sits at them: made by staff, who operate the network. */
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { say } from '../sentences.ts';
import { audit } from './clients.ts';
import { type Desk, requireDesk, type Seat } from './store.ts';

export const MAX_DESKS = 200;

export async function makeDesk(
  tx: Transaction,
  given: { name: string; region: string },
  caller: Caller,
  now: Date,
): Promise<Desk> {
  const [{ count } = { count: 0 }] = await tx<{ count: number }[]>`select count(*) from desk`;
  if (count >= MAX_DESKS) throw new Problem('refused', say('desks_full', { count: MAX_DESKS }));
  const desk = { id: newId('dsk'), ...given, made_at: now };
  await tx`insert into desk ${tx(desk)}`;
  await audit(tx, caller, 'desk.made', desk.id, given, now);
  return { ...desk, own: true };
}

/**
 * Seats one person of an organisation at a desk, or all of its people.
 * @throws Problem `refused` for an organisation that is none, or a person that is not its own
 */
export async function seat(
  tx: Transaction,
  desk_id: string,
  { organisation_id, person_id }: { organisation_id: string; person_id: string | null },
  caller: Caller,
  now: Date,
): Promise<Seat> {
  await requireDesk(tx, desk_id);
  if (!(await acrossTenants(tx, () => findOrganisation(tx, organisation_id))))
    throw new Problem('refused', say('seat_of_no_organisation'));
  const own = await acrossTenants(
    tx,
    () => tx`select from person where id = ${person_id} and organisation_id = ${organisation_id}
      and closed_at is null`,
  );
  if (person_id !== null && own.count === 0) throw new Problem('refused', say('seat_of_no_person'));
  const seated = { desk_id, organisation_id, person_id, since: now };
  await tx`insert into desk_staff ${tx(seated)} on conflict do nothing`;
  await audit(tx, caller, 'desk.seated', desk_id, { organisation_id, person_id }, now);
  return seated;
}

/** @throws Problem `not_found` where nobody of that name sits there */
export async function unseat(
  tx: Transaction,
  desk_id: string,
  { organisation_id, person_id }: { organisation_id: string; person_id: string | null },
  caller: Caller,
  now: Date,
): Promise<void> {
  await requireDesk(tx, desk_id);
  const gone =
    await tx`delete from desk_staff where desk_id = ${desk_id} and organisation_id = ${organisation_id}
    and person_id is not distinct from ${person_id}`;
  if (gone.count === 0) throw new Problem('not_found', 'Nobody of that name sits at the desk.');
  await audit(tx, caller, 'desk.unseated', desk_id, { organisation_id, person_id }, now);
}
