/** `npm run organisation`: creates an organisation and its first key, such as the operator's own on a new database. */
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import { run, UsageError } from '../command.ts';
import { loadConfig } from '../config.ts';
import { openForCommand } from '../process.ts';
import { createOrganisation, issueKey, ORGANISATION_KINDS } from './store.ts';

const HELP = `npm run organisation -- --kind ${ORGANISATION_KINDS.join('|')} --name NAME [--json]

Creates an organisation in the database of DATABASE_URL (or the embedded one, which must not be in use) and prints its
id and an API key. The key is shown this once; only its hash is kept.
`;

const MAX_NAME_LENGTH = 200;

await run(async () => {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string' },
      name: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const { name = '' } = values;
  const kind = ORGANISATION_KINDS.find((each) => each === values.kind);
  if (!kind)
    throw new UsageError(`--kind: "${values.kind ?? ''}" is not one of ${ORGANISATION_KINDS.join(', ')}.`);
  if (name.length === 0 || name.length > MAX_NAME_LENGTH)
    throw new UsageError(`--name: give the organisation a name of 1 to ${MAX_NAME_LENGTH} characters.`);
  const config = loadConfig(process.env);
  const { database, close } = await openForCommand(config);
  try {
    const now = systemClock.now();
    const made = await database.transaction(async (tx) => {
      const given = { kind, name, demonstration: false };
      const { id } = await createOrganisation(tx, given, now);
      return { organisation_id: id, key: (await issueKey(tx, id, 'first key', now)).key };
    });
    process.stdout.write(
      values.json
        ? `${JSON.stringify(made)}\n`
        : `organisation ${made.organisation_id}\nkey          ${made.key}\n`,
    );
  } finally {
    await close();
  }
});
