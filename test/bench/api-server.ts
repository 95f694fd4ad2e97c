// A process to be asked: the service as `npm start -- --http-only` serves it, and beside it a bare Fastify route.
import Fastify from 'fastify';
import pino from 'pino';
import { buildApp } from '../../src/app.ts';
import { settableClock } from '../../src/clock.ts';
import { connect } from '../../src/db/client.ts';
import { APP_ROLE, tenantDatabase, WORKER_ROLE } from '../../src/db/tenancy.ts';
import { createVault, newMasterKey } from '../../src/secrets/vault.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { UNHURRIED } from '../service.ts';

export interface ApiReady {
  service: string;
  bare: string;
}

const [url, now, organisation_id] = process.argv.slice(2) as [string, string, string];
const system = connect(url, { role: WORKER_ROLE });
const service = {
  database: tenantDatabase(connect(url, { role: APP_ROLE })),
  system,
  vault: createVault(system, newMasterKey()),
  clock: settableClock(new Date(now)),
  guard: createAddressGuard({ allowed_hosts: [] }),
  calendar: null,
  onNews: () => undefined,
};
const log = pino({ level: 'silent' });
const app = await buildApp({ service, log, version: '0.0.0', http: UNHURRIED });

const bare = Fastify();
bare.get('/', async () => {
  const [row] = await system.sql`select id, kind, name from organisation where id = ${organisation_id}`;
  return row;
});

const place = { host: '127.0.0.1', port: 0 };
const ready: ApiReady = { service: await app.listen(place), bare: await bare.listen(place) };
process.on('disconnect', () => process.exit());
process.send!(ready);
