import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed } from '../../http/schemas.ts';
import { setCadence, sourceFreshness } from '../../patents/freshness.ts';
import { badRecordsOf, findRun, runsOf } from '../../patents/run-history.ts';
import { MAX_CADENCE_DAYS } from '../../patents/sources/cadence.ts';
import type { Service } from '../../service.ts';
import { formsOf } from '../forms.ts';
import { pagesOf } from '../serve.ts';
import { QuarantinePage } from './quarantine-page.tsx';
import { type CadenceTyped, type Faults, SourcePage } from './source-page.tsx';
import { SourcesPage } from './sources-page.tsx';

const RUNS_SHOWN = 50;
const RECORDS_A_PAGE = 50;

const Name = Type.String({ minLength: 1, maxLength: 64 });
const ById = Closed({ id: Name });
const Typed = Type.String({ maxLength: 20 });

export function sourcePages(app: FastifyInstance, service: Service): void {
  const { database, clock, onNews } = service;
  const { sql } = database;
  const page = pagesOf(app, service);

  page('/sources', { access: ['staff'] }, async ({ view }) => ({
    title: view.words.say('nav.sources'),
    body: <SourcesPage sources={await sourceFreshness(sql, clock.now())} />,
  }));

  page('/sources/:id', { access: ['staff'], params: ById }, ({ params, request }) =>
    sourcePage(params.id, request, null),
  );

  page(
    '/sources/:id/runs/:run_id',
    {
      access: ['staff'],
      params: Closed({ id: Name, run_id: Name }),
      query: Closed({ after: Type.Optional(Type.String({ pattern: '^\\d{1,9}$' })) }),
    },
    async ({ params: { id, run_id }, query }) => {
      const run = await findRun(sql, id, run_id);
      if (!run) throw new Problem('not_found', 'There is no such run of this source.');
      const found = await badRecordsOf(sql, run_id, Number(query.after ?? 0), RECORDS_A_PAGE + 1);
      return {
        title: run.name,
        body: (
          <QuarantinePage
            source={id}
            run={run}
            records={found.slice(0, RECORDS_A_PAGE)}
            more={found.length > RECORDS_A_PAGE}
          />
        ),
      };
    },
  );

  formsOf(app, service)(
    '/sources/:id/cadence',
    {
      who: { access: ['staff'], scope: 'operate' },
      params: ById,
      fields: { cadence_days: Typed, tolerance_days: Typed },
      at: ({ id }) => `/sources/${id}`,
    },
    async ({ params: { id }, body: typed, request, again, goTo }) => {
      const cadence_days = daysOf(typed.cadence_days, 1);
      const tolerance_days = daysOf(typed.tolerance_days, 0);
      if (cadence_days === null || tolerance_days === null) {
        const faults: Faults = {
          cadence_days: cadence_days === null,
          tolerance_days: tolerance_days === null,
        };
        return again(await sourcePage(id, request, { typed, faults }));
      }
      await sourceOf(id);
      await database.transaction((tx) =>
        setCadence(tx, id, { cadence_days, tolerance_days }, callerOfGuarded(request), clock.now()),
      );
      onNews();
      return goTo(`/sources/${id}`);
    },
  );

  async function sourceOf(id: string) {
    const source = (await sourceFreshness(sql, clock.now())).find((each) => each.id === id);
    if (!source) throw new Problem('not_found', 'Nothing was read of such a source yet.');
    return source;
  }

  async function sourcePage(
    id: string,
    request: FastifyRequest,
    outcome: { typed: CadenceTyped; faults: Faults } | null,
  ) {
    const source = await sourceOf(id);
    const runs = await runsOf(sql, id, RUNS_SHOWN);
    const may_set = request.recognised!.actions.includes('operate');
    return { title: id, body: <SourcePage {...{ source, runs, may_set, outcome }} /> };
  }
}

/** @returns null for what is no whole number of days within the limits */
function daysOf(text: string, least: number): number | null {
  const days = /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return days >= least && days <= MAX_CADENCE_DAYS ? days : null;
}
