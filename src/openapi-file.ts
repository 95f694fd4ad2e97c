/** `npm run openapi`: writes the OpenAPI document and one JSON Schema a webhook event into `openapi/`. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { run } from './command.ts';
import { connect } from './db/client.ts';
import { VERSION } from './package.ts';
import { createVault, newMasterKey } from './secrets/vault.ts';
import { createAddressGuard } from './webhooks/address-guard.ts';
import { EVENT_TYPES, eventSchema } from './webhooks/events.ts';

const FOLDER = fileURLToPath(new URL('../openapi/', import.meta.url));

/** Every file of `openapi/` by its path there, as text. */
export async function openapiFiles(): Promise<Map<string, string>> {
  // Never connected to: describing the routes asks nothing of it.
  const database = connect('postgres://nobody@localhost/nothing');
  const guard = createAddressGuard({ allowed_hosts: [] });
  const vault = createVault(database, newMasterKey());
  const means = { database, system: database, vault, guard };
  const service = { ...means, clock: systemClock, calendar: null, onNews: () => {} };
  const app = await buildApp({ service, log: pino({ level: 'silent' }), version: VERSION });
  const files = new Map([['openapi.json', text(app.swagger())]]);
  for (const type of EVENT_TYPES) files.set(`events/${type}.json`, text(eventFile(type)));
  await app.close();
  await database.close();
  return files;
}

function eventFile(type: string): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: type, ...eventSchema(type) };
}

function text(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await run(async () => {
    await rm(`${FOLDER}events`, { recursive: true, force: true });
    await mkdir(`${FOLDER}events`, { recursive: true });
    for (const [path, content] of await openapiFiles()) await writeFile(FOLDER + path, content);
  });
