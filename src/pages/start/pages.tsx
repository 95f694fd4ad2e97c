import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.ts';
import { pagesOf } from '../serve.ts';
import { StartPage } from './start-page.tsx';

export function startPages(app: FastifyInstance, service: Service): void {
  pagesOf(app, service)('/', { access: 'public' }, async ({ view }) => ({
    title: view.words.say('start.title'),
    body: <StartPage />,
  }));
}
