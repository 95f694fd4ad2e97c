/**
 * What we use of drizzle, by its CommonJS files. Of each of its hundred ECMAScript modules Node would read anew the description of
 * the whole package, 180 kB, to learn of what kind it is: a fifth of what the service takes to load.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const { and, desc, eq, getTableColumns, gt, is } =
  require('drizzle-orm') as typeof import('drizzle-orm');
export const {
  bigint,
  boolean,
  char,
  date,
  getTableConfig,
  integer,
  jsonb,
  PgTable,
  pgTable,
  QueryBuilder,
  text,
  timestamp,
  uuid,
} = require('drizzle-orm/pg-core') as typeof import('drizzle-orm/pg-core');
