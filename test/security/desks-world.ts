/** Two desks with an agency and an expert at them, all that they have, and bulletins that are told of. */
import { issueBulletins } from '../../src/network/bulletins/issue.ts';
import type { Party, TestService } from '../service.ts';

/** Of a technology field, weekly. */
export const bulletinOf = (field: number) => ({ region: 'CN', field, cadence: 'weekly', language: 'en' });

async function post(
  { call }: TestService,
  party: Party,
  url: string,
  body: object = {},
): Promise<Record<string, string>> {
  const answer = await call<Record<string, string>>(party.key, 'POST', url, body);
  if (answer.status !== 201) throw new Error(`${url}: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** Of one organisation. @returns its id */
export async function deskOf(service: TestService, party: Party): Promise<string> {
  const { id } = await post(service, service.staff, '/v1/desks', { name: 'A desk', region: 'CN-GD' });
  await post(service, service.staff, `/v1/desks/${id}/staff`, { organisation_id: party.id });
  return id!;
}

/** @returns the id of a bulletin, which is everybody's to read */
export async function sitAtDesks(
  service: TestService,
  note: (party: Party, kind: string, id: string) => void,
): Promise<string> {
  const { agency, expert, buyer, staff, clock, database } = service;
  const client = (name: string) => ({
    name,
    kind: 'firm',
    region: 'CN-GD',
    registration_number: null,
    account_id: buyer.id,
    contact: 'somebody',
  });
  const desks = new Map([[agency, await deskOf(service, agency)]]);
  desks.set(expert, await deskOf(service, expert));
  for (const [party, desk] of desks) {
    const url = `/v1/desks/${desk}`;
    note(party, 'desk', desk);
    note(party, 'desk_seat', party.id);
    const { id } = await post(service, party, `${url}/clients`, client('First'));
    note(party, 'desk_client', id!);
    await post(service, party, `${url}/clients/${id}/notes`, { note: 'called' });
    const task = await post(service, party, `${url}/tasks`, {
      title: 'visit',
      due_on: '2009-07-01',
      client_id: id,
    });
    note(party, 'desk_task', task.id!);
    const list = { file_name: 'list.csv', content: Buffer.from('name\nOf a list').toString('base64') };
    note(party, 'desk_import', (await post(service, party, `${url}/imports`, list)).id!);
  }
  const given = await post(service, agency, `/v1/desks/${desks.get(agency)}/clients`, client('Given away'));
  const asked = { to_desk_id: desks.get(expert), reason: 'nearer' };
  const url = `/v1/desks/${desks.get(agency)}/clients/${given.id}/handovers`;
  const handover = await post(service, agency, url, asked);
  for (const party of [agency, expert]) note(party, 'handover', handover.id!);
  await database.sql`insert into desk_outcome (came_of, client_of, kind, desk_id, month)
    values ('itr_some', ${given.id!}, 'introduction', ${desks.get(agency)!}, '2009-06-01')`;
  const quotas = { searches: 1_000_000, valuations: 1_000_000, marks: 1_000_000, introductions: 1_000_000 };
  const plan = { name: 'Plan', price_minor: 100, currency: 'CNY', quotas };
  const { id: plan_id } = await post(service, staff, '/v1/plans', plan);
  await service.call(staff.key, 'PUT', `/v1/organisations/${buyer.id}/plan`, { plan_id });
  await service.call(buyer.key, 'POST', '/v1/prior-art', { title: 'battery' });
  for (const party of [agency, buyer]) {
    const { id } = await post(service, party, '/v1/bulletin-subscriptions', {
      ...bulletinOf(1),
      region: 'CN-GD',
    });
    note(party, 'bulletin_subscription', id!);
  }
  await issueBulletins(database, new Date(clock.now().getTime() + 8 * 86_400_000));
  const [bulletin] = await database.sql<{ id: string }[]>`select id from bulletin limit 1`;
  return bulletin!.id;
}
