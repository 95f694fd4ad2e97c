import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.ts';
import { jobSlots, recentRuns } from '../../telemetry/slots.ts';
import { pagesOf } from '../serve.ts';
import { JobsPage } from './jobs-page.tsx';

const RUNS_SHOWN = 60;

export function jobPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  pagesOf(app, service)('/jobs', { access: ['staff'] }, async ({ view }) => ({
    title: view.words.say('nav.jobs'),
    body: (
      <JobsPage
        jobs={await jobSlots(database.sql, clock.now())}
        runs={await recentRuns(database.sql, RUNS_SHOWN)}
      />
    ),
  }));
}
