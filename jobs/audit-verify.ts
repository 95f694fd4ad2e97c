/** `npm run audit:verify`: whether the audit chains still say what they said. */
import { parseArgs } from 'node:util';
import { type AuditEntry, entryHash, FIRST_SHA256 } from '../src/audit/log.ts';
import { type ChainCheck, chainsOf, type PublishedHead, verifyChain } from '../src/audit/verify.ts';
import { canonicalJson } from '../src/canonical.ts';
import { run, UsageError } from '../src/command.ts';
import { loadConfig } from '../src/config.ts';
import type { Database } from '../src/db/client.ts';
import { CopyLines, copyLine } from '../src/db/copy.ts';
import { openForCommand } from '../src/process.ts';
import { progressBar } from './progress.ts';
import { onScratch } from './scratch.ts';

const MOST_ROWS = 100_000_000;
const SCRATCH_ORGANISATION = 'org_scratch';
/** Entries of a scratch chain that are written at once. */
const BATCH_ROWS = 50_000;

const COLUMNS = [
  'organisation_id',
  'seq',
  'at',
  'actor',
  'action',
  'subject',
  'detail',
  'previous_sha256',
  'sha256',
];

const HELP = `npm run audit:verify -- [--organisation ID] [--head ORG:SEQ:SHA256 ...] [--rows N] [--json]

Recomputes every entry of the audit chains of the database at hand (DATABASE_URL, or the embedded one). An entry that was
changed, taken out or put in is named; it ends with 1 then. Reads only.

  --organisation ID  one chain alone
  --head ORG:SEQ:SHA256
                     a head that was published (event audit.head): nothing up to it may have changed since
  --rows N           instead, a scratch chain of so many entries is built and verified, to see how long it takes
  --json             print one line of JSON
  --help             this text
`;

interface Report {
  chains: number;
  rows: number;
  /** Of the verification alone. */
  seconds: number;
  /** Of building a scratch chain. */
  build_seconds?: number;
  ok: boolean;
  broken: (Pick<ChainCheck, 'organisation_id' | 'broken_at'> & { why: string })[];
}

await run(async () => {
  const { values } = parseArgs({
    options: {
      organisation: { type: 'string' },
      head: { type: 'string', multiple: true, default: [] },
      rows: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const heads = values.head.map(publishedHead);
  const report =
    values.rows === undefined
      ? await atHand(values.organisation ?? null, heads)
      : await scratchChain(rowsOf(values.rows));
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : text(report));
  if (!report.ok) process.exitCode = 1;
});

function publishedHead(given: string): PublishedHead {
  const [, organisation_id, seq, sha256] = /^([^:]+):([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(given) ?? [];
  if (organisation_id === undefined || sha256 === undefined)
    throw new UsageError(
      `--head: "${given}" is no head; give ORGANISATION:SEQ:SHA256 as audit.head tells it.`,
    );
  return { organisation_id, seq: Number(seq), sha256 };
}

function rowsOf(given: string): number {
  const rows = /^\d{1,9}$/.test(given) ? Number(given) : 0;
  if (rows >= 1 && rows <= MOST_ROWS) return rows;
  throw new UsageError(
    `--rows: "${given}" is no whole number from 1 to ${MOST_ROWS}; give one, such as --rows 1000.`,
  );
}

async function atHand(organisation: string | null, heads: readonly PublishedHead[]): Promise<Report> {
  const config = loadConfig(process.env);
  const { database, close } = await openForCommand(config);
  try {
    return await verified(
      database,
      organisation === null ? await chainsOf(database.sql) : [organisation],
      heads,
    );
  } finally {
    await close();
  }
}

async function verified(
  database: Database,
  organisations: readonly string[],
  heads: readonly PublishedHead[],
): Promise<Report> {
  const [total] = await database.sql<{ count: number }[]>`select count(*) from audit_entry
    where organisation_id = any(${organisations as string[]})`;
  const show = progressBar('audit');
  const started_ms = performance.now();
  const checks: ChainCheck[] = [];
  let rows = 0;
  for (const organisation of organisations) {
    const before = rows;
    const on_step = (entries: number) =>
      show(`${before + entries} entries`, Math.min(1, (before + entries) / Math.max(1, total!.count)));
    const check = await database.transaction(async (tx) => {
      await tx`set transaction isolation level repeatable read, read only`;
      return verifyChain(tx, organisation, heads, on_step);
    });
    rows += check.entries;
    checks.push(check);
  }
  const broken = checks
    .filter(({ broken_at }) => broken_at !== null)
    .map(({ organisation_id, broken_at, why }) => ({ organisation_id, broken_at, why: why!.text }));
  const seconds = Math.round(performance.now() - started_ms) / 1000;
  return { chains: organisations.length, rows, seconds, ok: broken.length === 0, broken };
}

async function scratchChain(rows: number): Promise<Report> {
  return onScratch(async (database) => {
    const started_ms = performance.now();
    await build(database, rows);
    const build_seconds = Math.round(performance.now() - started_ms) / 1000;
    const report = await verified(database, [SCRATCH_ORGANISATION], []);
    return { ...report, build_seconds, ok: report.ok && report.rows === rows };
  });
}

/** Entries such as a bank's chain has, hashed as the service hashes them. */
async function build(database: Database, rows: number): Promise<void> {
  const at = new Date('2026-01-01T00:00:00Z');
  await database.sql`insert into organisation (id, kind, name, created_at)
    values (${SCRATCH_ORGANISATION}, 'bank', 'scratch', ${at})`;
  const show = progressBar('build');
  let previous: Buffer = FIRST_SHA256;
  for (let seq = 0; seq < rows; ) {
    const lines = new CopyLines();
    for (const end = Math.min(rows, seq + BATCH_ROWS); seq < end; ) {
      seq += 1;
      const entry: AuditEntry = {
        organisation_id: SCRATCH_ORGANISATION,
        at: new Date(at.getTime() + seq * 1000),
        actor: 'job:assess',
        action: 'flag.opened',
        subject: `flg_${seq}`,
        detail: {
          pledge_id: `plg_${seq % 997}`,
          rule: 'ltv_breach',
          evidence: { ltv_bp: 3000 + (seq % 2000) },
        },
      };
      const detail = canonicalJson(entry.detail);
      const sha256 = entryHash(previous, { ...entry, seq, detail });
      const { organisation_id, actor, action, subject } = entry;
      lines.add(
        copyLine([
          organisation_id,
          seq,
          entry.at.toISOString(),
          actor,
          action,
          subject,
          detail,
          `\\x${previous.toString('hex')}`,
          `\\x${sha256.toString('hex')}`,
        ]),
      );
      previous = sha256;
    }
    // Rows are not copied into a table with row-level security, but into one beside it.
    await database.transaction(async (tx) => {
      await tx`create temp table built (like audit_entry) on commit drop`;
      await lines.copyInto(tx, 'built', COLUMNS);
      await tx`insert into audit_entry select * from built`;
    });
    show(`${seq} entries`, seq / rows);
  }
  await database.sql`insert into audit_chain (organisation_id, last_seq, last_sha256)
    values (${SCRATCH_ORGANISATION}, ${rows}, ${previous})`;
}

function text({ chains, rows, seconds, ok, broken }: Report): string {
  const lines = broken.map(
    ({ organisation_id, broken_at, why }) => `Broken  ${organisation_id}, entry ${broken_at}: ${why}`,
  );
  return [`${ok ? 'Holds ' : 'Broken'}  ${chains} chains, ${rows} entries, ${seconds} s`, ...lines, ''].join(
    '\n',
  );
}
