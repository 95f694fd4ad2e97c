/** A service with pages to look at: contracts of a bank and a firm, one on a patent whose termination was really published. */
import type { AddressInfo } from 'node:net';
import { Secret, TOTP } from 'otpauth';
import { rolesOf } from '../../src/people/roles.ts';
import { beginTotp, confirmTotp } from '../../src/people/second-factor.ts';
import { addPerson } from '../people.ts';
import { contract } from '../security/world.ts';
import { buildService, lapsingPatents, type TestService } from '../service.ts';

const KINDS = { bank_a: 'bank', firm_a: 'firm', staff: 'staff' } as const;
const MONTHS = ['2009-08', '2009-10', '2009-12'];

/** Who comes: one of each kind of organisation. */
export type Party = 'bank_a' | 'firm_a' | 'staff';

export interface PagesWorld {
  origin: string;
  service: TestService;
  /** An account that nobody used before, of the kind's first role. @returns its address; the password is PASSWORD */
  newPerson(party: Party): Promise<string>;
  /** The same with a second factor. */
  newGuardedPerson(party: Party): Promise<{ email: string; recovery_code: string }>;
  /** Active, on a patent that lapses meanwhile. */
  pledge_id: string;
  /** Of the bank, with a delivery on its way. */
  endpoint_id: string;
  delivery_id: string;
}

export async function buildWorld(t: { teardown(done: () => Promise<void>): unknown }): Promise<PagesWorld> {
  const service = await buildService(t);
  const { bank_a, firm_a } = service;
  const [lapsing] = await lapsingPatents('2009-06-01');
  const pledge_id = await contract(service, bank_a, firm_a, [lapsing!.patent_id], 'watched');
  await contract(service, bank_a, firm_a, [service.takePatent(), service.takePatent()], 'watched');
  await contract(service, bank_a, firm_a, [service.takePatent()], 'disposed');
  await contract(service, bank_a, firm_a, [service.takePatent()], 'requested');
  for (const month of MONTHS) await service.passTo(`${month}-05T01:00:00Z`);
  await service.app.listen({ port: 0, host: '127.0.0.1' });
  const { endpoint_id, delivery_id } = await tried(service);
  const { port } = service.app.server.address() as AddressInfo;
  const person = (party: Party) => addPerson(service, service[party].id, rolesOf(KINDS[party])[0]!);
  return {
    service,
    origin: `http://127.0.0.1:${port}`,
    pledge_id,
    endpoint_id,
    delivery_id,
    newPerson: async (party) => (await person(party)).email,
    async newGuardedPerson(party) {
      const { id: person_id, email } = await person(party);
      const owner = { person_id, organisation_id: service[party].id };
      const recovery_code = await service.database.transaction(async (tx) => {
        const { secret } = await beginTotp(tx, service.vault, owner, email);
        const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
        return (await confirmTotp(tx, service.vault, owner, code))![0]!;
      });
      return { email, recovery_code };
    },
  };
}

/** An endpoint of the bank that was sent a test, which nobody delivers. */
async function tried({ bank_a, call }: TestService): Promise<{ endpoint_id: string; delivery_id: string }> {
  const url = 'https://receiver.example/hooks';
  const { body: endpoint } = await call<{ id: string }>(bank_a.key, 'POST', '/v1/webhooks/endpoints', {
    url,
  });
  const { body } = await call<{ delivery_id: string }>(
    bank_a.key,
    'POST',
    `/v1/webhooks/endpoints/${endpoint.id}/test`,
  );
  return { endpoint_id: endpoint.id, delivery_id: body.delivery_id };
}
