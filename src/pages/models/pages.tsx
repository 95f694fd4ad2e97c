import type { FastifyInstance } from 'fastify';
import { dateOf } from '../../clock.ts';
import { ModelId } from '../../governance/routes.ts';
import { listModels, modelHistory } from '../../governance/service.ts';
import { Closed } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { pagesOf } from '../serve.ts';
import { ModelPage } from './model-page.tsx';
import { ModelsPage } from './models-page.tsx';

export function modelPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const page = pagesOf(app, service);
  const today = () => dateOf(clock.now());

  page('/models', { access: ['staff'] }, async ({ view }) => ({
    title: view.words.say('nav.models'),
    body: <ModelsPage models={await listModels(database.sql, today())} />,
  }));

  page('/models/:id', { access: ['staff'], params: Closed({ id: ModelId }) }, async ({ params }) => {
    const history = await modelHistory(database.sql, params.id, today());
    return { title: history.specification, body: <ModelPage history={history} /> };
  });
}
