/** The atoms that route schemas are made of. */
import Type, { type Static, type TObject, type TSchema } from 'typebox';
import { Problem } from '../errors.ts';

export const Id = Type.String({ minLength: 1, maxLength: 64, description: 'opaque id' });
export const PatentId = Type.String({
  format: 'uuid',
  description: 'derived from office and application number',
});
export const Day = Type.String({ format: 'date', description: 'calendar date, ISO 8601' });
/** Of years that a calendar leads out of in neither direction. */
export const Month = Type.String({
  pattern: '^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])$',
  description: 'calendar month, UTC, of the years 1900 to 2999',
});
/** Leaves the service as text; a handler may hand over a Date. */
export const Instant = Type.Unsafe<Date | string>(Type.String({ format: 'date-time', description: 'UTC' }));
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code' });
export const Minor = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'minor units',
});
export const BasisPoints = Type.Integer({ minimum: 1, maximum: 20_000, description: '10,000 = 100 %' });

/** How often something was changed, kept as int4. */
export const Version = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Of several texts one. */
export const OneOf = <T extends string>(values: readonly T[], description: string) =>
  Type.Unsafe<T>(Type.String({ enum: [...values], description }));

/** An object that takes no other fields. */
export const Closed = <T extends Record<string, TSchema>>(
  properties: T,
  options: { description?: string } = {},
) => Type.Object(properties, { additionalProperties: false, ...options });

/** May be left out; the validator then puts its default there, so that a handler always has it. */
export const WithDefault = <T extends TSchema>(schema: T): T => Type.Optional(schema) as unknown as T;

export const MAX_PAGE_ITEMS = 200;

/** Keyset pagination: `cursor` is the last page's `next_cursor`. */
export const PageQuery = {
  limit: WithDefault(
    Type.Integer({ minimum: 1, maximum: MAX_PAGE_ITEMS, default: 50, description: 'items a page' }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'next_cursor of the page before' }),
  ),
};

export const AsOfQuery = {
  as_of: Type.Optional(
    Type.String({ format: 'date-time', description: 'what was known at that instant; now if left out' }),
  ),
};

export const Page = <T extends TObject>(item: T) =>
  Type.Object({ data: Type.Array(item), next_cursor: Nullable(Type.String()) });

/** Cuts a list that was read with one item more than the page holds. */
export function page<T>(items: readonly T[], limit: number, cursorOf: (item: T) => string) {
  const data = items.slice(0, limit);
  return { data, next_cursor: items.length > limit ? cursorOf(data.at(-1)!) : null };
}

/** Of what a list is counted by, an integer of the database with room to spare. */
const COUNTED = /^\d{1,9}$/;

/**
 * Where a page begins in a list whose cursor is a count.
 * @returns null for the first page
 * @throws Problem `bad_request` for a cursor that no such list gave
 */
export function countIn(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  if (!COUNTED.test(cursor))
    throw new Problem('bad_request', 'cursor: it is not of this list; give next_cursor of the page before.');
  return Number(cursor);
}

export const ProblemBody = Type.Object(
  {
    type: Type.String({ description: 'address of the explanation' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    request_id: Type.String({ description: 'in our log' }),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details' },
);

export type ProblemBody = Static<typeof ProblemBody>;
