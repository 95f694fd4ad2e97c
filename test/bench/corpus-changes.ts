/**
 * `npm run bench -- incremental`: what it costs to keep the values up when a share of the patents changed.
 * `npm run bench -- history`: what a year of values takes to keep.
 */
import { addDays } from '../../models/calendar.ts';
import type { CalendarDate } from '../../models/types.ts';
import { createOrganisation } from '../../src/accounts/store.ts';
import { type CorpusFacts, storeFacts } from '../../src/corpus/facts.ts';
import { revalueAll } from '../../src/corpus/full.ts';
import { historySize } from '../../src/corpus/history.ts';
import { revalueChanged } from '../../src/corpus/incremental.ts';
import { lastRun } from '../../src/corpus/run.ts';
import type { Database } from '../../src/db/client.ts';
import type { OnProgress } from '../chaos/run.ts';
import { storeFittedModels, storeMadeCorpus } from './corpus-made.ts';
import type { ValuerAnswer, ValuerQuestion } from './corpus-valuer.ts';
import { AS_OF, askValuer, NOW, PATIENCE_ms } from './corpus-values.ts';
import { openStore } from './field.ts';
import { rounded } from './figures.ts';

export interface IncrementalReport {
  patents: number;
  /** Of which something was learnt. */
  changed: number;
  full_seconds: number;
  /** From the call to the last of them stored. */
  incremental_seconds: number;
  /** incremental_seconds over full_seconds. */
  ratio: number;
  /** What falls due by itself in one night when nothing was learnt, and the time that it takes. */
  due_in_a_night: number;
  night_seconds: number;
}

const PER_MILLE = 1000;

/** @param share of the patents of which something is learnt, 0.001 to 1 */
export async function benchIncremental(
  patents: number,
  share: number,
  on_progress: OnProgress,
): Promise<IncrementalReport> {
  const store = await openStore();
  const { database, url } = store;
  try {
    const models = await storeFittedModels(database, NOW);
    await storeMadeCorpus(database, patents, AS_OF, (done) => on_progress('corpus made', 0.6 * done));
    const ask = (what: ValuerQuestion['what'], days: number): Promise<ValuerAnswer> =>
      askValuer(url, { what, model_set_id: models.id, now_ms: at(addDays(AS_OF, days)).getTime() });
    const full = await ask('all', 0);
    on_progress('corpus valued', 0.8);
    const changed = await changeSome(database, share);
    const incremental = await ask('changed', 0);
    on_progress('changes valued', 0.9);
    const night = await ask('changed', 1);
    on_progress('a night valued', 1);
    if (incremental.patents !== changed)
      throw new Error(`${incremental.patents} patents were valued for ${changed} that changed.`);
    return {
      patents,
      changed,
      full_seconds: rounded(full.seconds, 3),
      incremental_seconds: rounded(incremental.seconds, 3),
      ratio: rounded(incremental.seconds / full.seconds, 4),
      due_in_a_night: night.patents,
      night_seconds: rounded(night.seconds, 3),
    };
  } finally {
    await store.close();
  }
}

/** Of patents from everywhere in the corpus: rights in force lapse, of the others claims are counted anew. */
async function changeSome(database: Database, share: number): Promise<number> {
  const patient = database.sibling({ max: 1, statement_timeout_ms: PATIENCE_ms });
  try {
    const facts = await patient.sql<CorpusFacts[]>`select * from corpus_patent
      where abs(hashtext(patent_id::text)) % ${PER_MILLE} < ${Math.round(PER_MILLE * share)}`;
    const told = facts.map((each) =>
      each.legal_state === 'in_force'
        ? { ...each, legal_state: 'lapsed' }
        : { ...each, claims: (each.claims ?? 0) + 1 },
    );
    await patient.transaction((tx) => storeFacts(tx, told, NOW));
    return told.length;
  } finally {
    await patient.close();
  }
}

export function incrementalText(report: IncrementalReport): string {
  return [
    `Full         ${report.full_seconds} s for ${report.patents} patents`,
    `Incremental  ${report.incremental_seconds} s for the ${report.changed} that changed`,
    `Ratio        ${report.ratio}`,
    `A night      ${report.night_seconds} s for ${report.due_in_a_night} that fell due by themselves`,
    '',
  ].join('\n');
}

export interface HistoryReport {
  patents: number;
  /** Share of them that somebody follows. */
  followed: number;
  points_per_patent_year: number;
  points_per_followed_year: number;
  /** Indexes included. */
  bytes_per_patent_year: number;
}

export const DEFAULT_KEPT = 20_000;
const WEEKS = 52;
const YEAR_days = 365.25;
const WEEKS_A_REFIT = 4;
/** One patent in so many is followed. */
const FOLLOWED_IN = 50;
/** Models are fitted to what was public so long before. */
const FITTED_FROM = '2010-01-01';

/** A year of weeks: what became public is learnt, what changed is valued, and every fourth time the models are fitted again. */
export async function benchHistory(patents: number, on_progress: OnProgress): Promise<HistoryReport> {
  const store = await openStore();
  const { database, url } = store;
  try {
    let models = await storeFittedModels(database, NOW, FITTED_FROM);
    for (let week = 0; week <= WEEKS; week++) {
      const day = addDays(AS_OF, 7 * week);
      await storeMadeCorpus(database, patents, day);
      if (week === 0) await follow(database);
      if (week % WEEKS_A_REFIT === 0) {
        models = await storeFittedModels(database, at(day), addDays(FITTED_FROM, 7 * week));
        await revalueAll({ url, database }, models, at(day));
      } else await revalueChanged(database, (await lastRun(database.sql))!, models, at(day));
      on_progress('weeks valued', week / WEEKS);
    }
    return await kept(database, patents);
  } finally {
    await store.close();
  }
}

async function follow({ sql, transaction }: Database): Promise<void> {
  const given = { kind: 'bank', name: 'A bank', demonstration: true } as const;
  const { id } = await transaction((tx) => createOrganisation(tx, given, NOW));
  await sql`insert into watch_list (id, organisation_id, name, created_at) values ('wl_bench', ${id}, 'Watched', ${NOW})`;
  await sql`insert into watch_list_patent select 'wl_bench', patent_id, ${NOW}
    from corpus_patent where number % ${FOLLOWED_IN} = 0`;
}

async function kept({ sql }: Database, patents: number): Promise<HistoryReport> {
  const { history_points, history_bytes_per_patent_year } = await historySize(sql);
  const [row] = await sql<{ followed: number; points: number }[]>`
    select count(distinct patent_id) as followed, count(as_of) as points
    from watch_list_patent left join corpus_value_history using (patent_id)`;
  const { followed, points } = row!;
  const years = (7 * WEEKS) / YEAR_days;
  return {
    patents,
    followed: rounded(followed / patents, 3),
    points_per_patent_year: rounded((history_points - points) / (patents - followed) / years, 3),
    points_per_followed_year: rounded(points / followed / years, 1),
    bytes_per_patent_year: history_bytes_per_patent_year!,
  };
}

function at(day: CalendarDate): Date {
  return new Date(`${day}T01:00:00Z`);
}

export function historyText(report: HistoryReport): string {
  const { patents, followed, points_per_patent_year, points_per_followed_year } = report;
  return [
    `A year of ${patents} patents, of which ${100 * followed} % are followed`,
    `Points  ${points_per_followed_year} of a followed patent, ${points_per_patent_year} of any other`,
    `Size    ${report.bytes_per_patent_year} bytes a patent and year, indexes included`,
    '',
  ].join('\n');
}
