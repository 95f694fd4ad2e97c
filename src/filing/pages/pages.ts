import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.ts';
import { applicationPages } from './application-pages.tsx';
import { draftPages } from './draft-pages.tsx';
import { priorArtPages } from './prior-art-pages.tsx';

export function filingPages(app: FastifyInstance, service: Service): void {
  draftPages(app, service);
  priorArtPages(app, service);
  applicationPages(app, service);
}
