/**
 * Organisations under names of their own making. Whoever sees one may ask who is behind it, and learns it by the owner's
 * consent alone, which is recorded, may be revoked until it is used, and is used by a reveal that both parties are told of.
 */
import { type Caller, findOrganisation } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import { newId, newUnlinkableId } from '../ids.ts';
import { emitEvents, toldTo } from '../outbox/emit.ts';
import { drawName, toldBy } from './names.ts';
import { say } from './sentences.ts';
import {
  type Context,
  type Identity,
  type IdentityRequest,
  insertPseudonym,
  insertStep,
  isOwn,
  isShown,
  type OwnPseudonym,
  pseudonymsOf,
  requestsOf,
  type Step,
  wasAsked,
} from './store.ts';

/** Of one organisation. */
export const MAX_PSEUDONYMS = 200;

/** Who may take a step, and from which states. */
const STEP_RULES: Readonly<Record<Step, { by: 'owner' | 'asker'; from: readonly string[] }>> = {
  consented: { by: 'owner', from: ['asked'] },
  refused: { by: 'owner', from: ['asked'] },
  revoked: { by: 'owner', from: ['consented'] },
  withdrawn: { by: 'asker', from: ['asked', 'consented'] },
  revealed: { by: 'asker', from: ['consented'] },
};

/**
 * @param chosen left out, a name is drawn
 * @throws Problem `refused` for a name that tells whose it is, and over the limit
 */
export async function makePseudonym(
  tx: Transaction,
  chosen: string | undefined,
  caller: Caller,
  now: Date,
): Promise<OwnPseudonym> {
  const { organisation_id } = caller;
  const { name } = (await findOrganisation(tx, organisation_id))!;
  const told = chosen === undefined ? null : toldBy(chosen, name);
  if (told !== null) throw new Problem('refused', say('pseudonym_telling', { told }));
  await tx`select from organisation where id = ${organisation_id} for no key update`;
  if ((await pseudonymsOf(tx, organisation_id)).length >= MAX_PSEUDONYMS)
    throw new Problem('refused', say('pseudonyms_full', { count: MAX_PSEUDONYMS }));
  const made = {
    id: newUnlinkableId('pse'),
    display_name: chosen ?? drawName(name),
    made_at: now,
    contexts: [],
  };
  await insertPseudonym(tx, organisation_id, made);
  await audit(tx, caller, 'pseudonym.made', made.id, { display_name: made.display_name }, now);
  return made;
}

/** What is published under a pseudonym of the caller's: everybody sees it from now on. @throws Problem `not_found` */
export async function showUnder(
  tx: Transaction,
  pseudonym_id: string,
  context: Context,
  caller: Caller,
  now: Date,
): Promise<void> {
  if (!(await isOwn(tx, pseudonym_id, caller.organisation_id))) throw noPseudonym();
  await tx`insert into pseudonym_use (pseudonym_id, context_kind, context_id, shown_at)
    values (${pseudonym_id}, ${context.kind}, ${context.id}, ${now})
    on conflict (pseudonym_id, context_kind, context_id) do update set ended_at = null`;
  await audit(tx, caller, 'pseudonym.shown', pseudonym_id, { context: { ...context } }, now);
}

/** What is taken down: nobody may ask over it any more; requests that were made stay. */
export async function hideUnder(
  tx: Transaction,
  pseudonym_id: string,
  { kind, id }: Context,
  caller: Caller,
  now: Date,
): Promise<void> {
  if (!(await isOwn(tx, pseudonym_id, caller.organisation_id))) throw noPseudonym();
  await tx`update pseudonym_use set ended_at = ${now}
    where pseudonym_id = ${pseudonym_id} and context_kind = ${kind} and context_id = ${id} and ended_at is null`;
  await audit(tx, caller, 'pseudonym.hidden', pseudonym_id, { context: { kind, id } }, now);
}

/**
 * The owner is told who asks: by asking one gives one's own name.
 * @throws Problem `not_found` where nothing is shown under it, `conflict` when it was asked before, `refused` for one's own
 */
export async function askIdentity(
  tx: Transaction,
  pseudonym_id: string,
  { context, reason }: { context: Context; reason: string },
  caller: Caller,
  now: Date,
): Promise<IdentityRequest> {
  const { organisation_id: asker_id } = caller;
  if (await isOwn(tx, pseudonym_id, asker_id)) throw new Problem('refused', say('pseudonym_own'));
  if (!(await isShown(tx, pseudonym_id, context))) throw noPseudonym();
  await tx`select from organisation where id = ${asker_id} for no key update`;
  const { kind: context_kind, id: context_id } = context;
  if (await wasAsked(tx, pseudonym_id, asker_id, context))
    throw new Problem('conflict', say('identity_asked'));
  const row = { id: newId('idr'), pseudonym_id, asker_id, context_kind, context_id, reason, asked_at: now };
  await tx`insert into identity_request ${tx(row)}`;
  return tell(tx, row.id, 'asked', caller, now);
}

/** @throws Problem `not_found` for whom it does not concern, `conflict` for the other party's step and out of order */
export async function takeStep(
  tx: Transaction,
  request_id: string,
  step: Step,
  caller: Caller,
  now: Date,
): Promise<IdentityRequest> {
  await acrossTenants(tx, () => tx`select from identity_request where id = ${request_id} for no key update`);
  const request = await findRequest(tx, request_id);
  const role = roleOf(request, caller);
  const { by, from } = STEP_RULES[step];
  if (by !== role) throw new Problem('conflict', say('identity_by_other', { step, by, party: role }));
  if (!from.includes(request.state))
    throw new Problem('conflict', say('identity_out_of_order', { identity_state: request.state, step }));
  if (step === 'revealed') await reveal(tx, request, now);
  else await insertStep(tx, request_id, step, now);
  return tell(tx, request_id, step, caller, now);
}

/**
 * Reveals who is behind a pseudonym to an organisation that its owner agreed to be introduced to, over what is shown under it;
 * `reason` says where. On record as a request that was consented to and used. One who knows already is told nothing.
 * @param caller whose step it was that both agreed by; either of the two
 */
export async function revealAgreed(
  tx: Transaction,
  pseudonym_id: string,
  { context, reason, asker_id }: { context: Context; reason: string; asker_id: string },
  caller: Caller,
  now: Date,
): Promise<void> {
  await acrossTenants(tx, async () => {
    const known =
      await tx`select from identity_reveal where pseudonym_id = ${pseudonym_id} and asker_id = ${asker_id}`;
    if (known.count > 0) return;
    const { kind: context_kind, id: context_id } = context;
    const row = { id: newId('idr'), pseudonym_id, asker_id, context_kind, context_id, reason, asked_at: now };
    await tx`insert into identity_request ${tx(row)}`;
    await insertStep(tx, row.id, 'consented', now);
    await reveal(tx, await findRequest(tx, row.id), now);
    await tell(tx, row.id, 'revealed', caller, now);
  });
}

/** @throws Problem `not_found` for whom it does not concern */
export async function findRequest(tx: Sql, id: string): Promise<IdentityRequest> {
  const [request] = await requestsOf(tx, { id, limit: 1 });
  if (!request) throw new Problem('not_found', 'There is no such request.');
  return request;
}

function roleOf({ asker }: IdentityRequest, { organisation_id }: Caller): 'owner' | 'asker' {
  return asker.organisation_id === organisation_id ? 'asker' : 'owner';
}

/** The service writes it, not the asker: a consent is used in no other way. */
async function reveal(
  tx: Transaction,
  { id, pseudonym_id, asker }: IdentityRequest,
  now: Date,
): Promise<void> {
  await acrossTenants(tx, async () => {
    await insertStep(tx, id, 'revealed', now);
    await tx`insert into identity_reveal (request_id, pseudonym_id, asker_id, owner_id, revealed_at)
      select ${id}, ${pseudonym_id}, ${asker.organisation_id}, organisation_id, ${now}
      from pseudonym_owner where pseudonym_id = ${pseudonym_id}`;
  });
}

/**
 * Both chains, and each party that did not do it itself; of a reveal both. Before it, what the asker gets names neither the
 * owner nor a key of the owner's.
 * @returns the request as the caller sees it now
 */
async function tell(
  tx: Transaction,
  request_id: string,
  step: Step | 'asked',
  caller: Caller,
  at: Date,
): Promise<IdentityRequest> {
  const request = await findRequest(tx, request_id);
  const { pseudonym_id, context, reason, asker } = request;
  const owner = await ownerOf(tx, pseudonym_id);
  const by = roleOf(request, caller);
  const about = { request_id, pseudonym_id, context: { ...context } };
  const known = { asker: { ...asker }, ...(step === 'revealed' && { owner: { ...owner } }) };
  const detail = step === 'revealed' ? { ...about, ...known } : about;
  const entry = { at, action: `identity.${step}`, subject: request_id };
  await appendAudit(tx, [
    {
      ...entry,
      organisation_id: owner.organisation_id,
      actor: caller.key_id,
      detail: { ...about, ...known },
    },
    {
      ...entry,
      organisation_id: asker.organisation_id,
      actor: by === 'owner' ? pseudonym_id : caller.key_id,
      detail,
    },
  ]);
  const told = step === 'revealed' ? [owner, asker] : [by === 'owner' ? asker : owner];
  const data = step === 'asked' ? { ...about, ...known, reason } : detail;
  await emitEvents(
    tx,
    told.map(({ organisation_id: id, kind }) => ({
      type: `identity.${step}`,
      pledge_id: null,
      ...toldTo({ id, kind }),
      between_parties: true,
      occurred_at: at,
      data,
    })),
  );
  return request;
}

/** For the service itself, such as to tell an owner of what concerns it: nothing of it goes into another's answer. */
export function ownerOf(tx: Transaction, pseudonym_id: string): Promise<Identity> {
  return acrossTenants(tx, async () => {
    const [owner] = await tx<Identity[]>`select organisation_id, name, kind from organisation
      join pseudonym_owner on organisation_id = organisation.id where pseudonym_id = ${pseudonym_id}`;
    return owner!;
  });
}

function audit(tx: Transaction, caller: Caller, action: string, subject: string, detail: object, at: Date) {
  const { organisation_id, key_id: actor } = caller;
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail: { ...detail } }]);
}

function noPseudonym(): Problem {
  return new Problem('not_found', 'There is no such pseudonym shown there.');
}
