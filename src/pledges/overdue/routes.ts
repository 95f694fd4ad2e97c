import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Day, Id, Instant, Minor } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { attemptChange } from '../attempt.ts';
import { recordOverdue } from './service.ts';

const Given = {
  since: { ...Day, description: 'on which the oldest unpaid amount fell due, or the arrears ended' },
  amount_minor: { ...Minor, description: 'due and unpaid, minor units; 0: nothing any more' },
};

export const overdueRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/pledges/:id/overdue',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'recordOverdue',
          tags: ['pledges'],
          description:
            'Says since when the loan is in arrears and by how much; the last word counts. A loan that has matured with a balance is overdue without it.',
          params: Closed({ id: Id }),
          body: Closed(Given),
          response: { 201: Type.Object({ id: Id, pledge_id: Id, ...Given, known_at: Instant }) },
        },
      },
      (request, reply) => {
        const { id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptChange(service, { caller, pledge_id: id, action: 'pledge.overdue' }, () =>
          create(request, reply, database, (tx) => recordOverdue(tx, id, request.body, caller, clock.now())),
        );
      },
    );
  };
