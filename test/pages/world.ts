/** A service with pages to look at: contracts of a bank and a firm, one on a patent whose termination was really published. */
import type { AddressInfo } from 'node:net';
import { contract } from '../security/world.ts';
import { buildService, lapsingPatents, type TestService } from '../service.ts';

const MONTHS = ['2009-08', '2009-10', '2009-12'];

export interface PagesWorld {
  service: TestService;
  origin: string;
  /** Active, on a patent that lapses meanwhile. */
  pledge_id: string;
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
  const { port } = service.app.server.address() as AddressInfo;
  return { service, origin: `http://127.0.0.1:${port}`, pledge_id };
}
