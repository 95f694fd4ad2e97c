/** Fields of forms that ask by address: a browser sends a field that was left empty too. */
import Type, { type TSchema } from 'typebox';

export const Blank = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([Type.Literal(''), schema]));

export function blank<T extends string>(text: T | undefined): Exclude<T, ''> | undefined {
  return text === undefined || text === '' ? undefined : (text as Exclude<T, ''>);
}

/** The last instant of a day in UTC, but not after now; now for no day. */
export function endOfDay(day: string | undefined, now: Date): Date {
  if (day === undefined) return now;
  const end = new Date(`${day}T23:59:59.999Z`);
  return end < now ? end : now;
}
