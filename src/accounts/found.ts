/** `npm run organisation`: creates an organisation, its first key and its first invitation, such as the operator's own. */
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import { run, UsageError } from '../command.ts';
import { loadConfig } from '../config.ts';
import { invite } from '../people/invitations.ts';
import { rolesOf } from '../people/roles.ts';
import { EMAIL_PATTERN } from '../people/schemas.ts';
import { openForCommand } from '../process.ts';
import { refuseOtherMaster } from '../secrets/begin.ts';
import { masterKeyOf } from '../secrets/master-key.ts';
import { createVault } from '../secrets/vault.ts';
import { createOrganisation, issueKey, ORGANISATION_KINDS } from './store.ts';

const HELP = `npm run organisation -- --kind ${ORGANISATION_KINDS.join('|')} --name NAME [--invite EMAIL] [--json]

Creates an organisation in the database of DATABASE_URL (or the embedded one, which must not be in use) and prints its
id and an API key. The key is shown this once; only its hash is kept.

  --invite EMAIL  also invite the organisation's first person, who may everything: the token that is printed makes the
                  account, once and within a week (POST /v1/invitations/acceptances)
  --json          print one line of JSON
  --help          this text
`;

const MAX_NAME_LENGTH = 200;
/** Who invites, where no person or key does. */
const COMMAND = 'organisation';
const EMAIL = new RegExp(EMAIL_PATTERN);

await run(async () => {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string' },
      name: { type: 'string' },
      invite: { type: 'string' },
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
  const email = values.invite ?? null;
  if (email !== null && !EMAIL.test(email))
    throw new UsageError(`--invite: "${email}" is no address for mail, such as ada@bank.example.`);
  const config = loadConfig(process.env);
  const { database, close } = await openForCommand(config);
  try {
    const now = systemClock.now();
    const master_key = email === null ? null : await masterKeyOf(config, database);
    const vault = master_key && createVault(database, master_key);
    const made = await database.transaction(async (tx) => {
      if (master_key) await refuseOtherMaster(tx, master_key);
      const given = { kind, name, demonstration: false };
      const organisation = await createOrganisation(tx, given, now);
      const { key } = await issueKey(tx, organisation.id, 'first key', now);
      const [role] = rolesOf(kind);
      const first = { email: email!, role: role!, invited_by: COMMAND };
      const invitation = vault && (await invite(tx, vault, organisation, first, now)).token;
      return { organisation_id: organisation.id, key, ...(invitation !== null && { invitation }) };
    });
    const { organisation_id, key, invitation } = made;
    const lines = [`organisation ${organisation_id}`, `key          ${key}`];
    if (invitation) lines.push(`invitation   ${invitation}`);
    process.stdout.write(values.json ? `${JSON.stringify(made)}\n` : `${lines.join('\n')}\n`);
  } finally {
    await close();
  }
});
