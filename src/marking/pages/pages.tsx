import type { FastifyInstance } from 'fastify';
import type { ModuleSetting } from '../../modules.ts';

export function markingPages(_app: FastifyInstance, _setting: ModuleSetting): void {}
