/** A service with pages to look at: contracts of a bank and a firm, one on a patent whose termination was really published. */
import type { AddressInfo } from 'node:net';
import { Secret, TOTP } from 'otpauth';
import { deriveChanged } from '../../src/patents/derived.ts';
import { rolesOf } from '../../src/people/roles.ts';
import { beginTotp, confirmTotp } from '../../src/people/second-factor.ts';
import { endSessions } from '../../src/people/sessions.ts';
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
  /** Of a person whom `newPerson` made, as idling does. */
  endSessions(email: string): Promise<void>;
  /** Of a patent in force that nobody pledged. */
  newNumber(): Promise<string>;
  /** Active, on a patent that lapses meanwhile. */
  pledge_id: string;
  /** The patent that lapses, and its number. */
  patent_id: string;
  number: string;
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
  await deriveChanged(service.database, service.clock.now());
  await service.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = service.app.server.address() as AddressInfo;
  const numberOf = async (patent_id: string) => {
    const [row] = await service.database.sql<{ number: string }[]>`
      select office || application_number as number from patent where patent_id = ${patent_id}`;
    return row!.number;
  };
  const ids = new Map<string, string>();
  const person = (party: Party) => addPerson(service, service[party].id, rolesOf(KINDS[party])[0]!);
  return {
    service,
    origin: `http://127.0.0.1:${port}`,
    pledge_id,
    patent_id: lapsing!.patent_id,
    number: await numberOf(lapsing!.patent_id),
    newPerson: async (party) => {
      const { id, email } = await person(party);
      ids.set(email, id);
      return email;
    },
    endSessions: async (email) => void (await endSessions(service.database.sql, ids.get(email)!, null)),
    newNumber: () => numberOf(service.takePatent()),
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
