/** What events of several modules have in common, and what the catalogue says of each. */
import Type, { type TSchema } from 'typebox';

export const Id = Type.String();
export const Day = Type.String({ format: 'date' });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Party = Type.Object({ organisation_id: Id, name: Type.String(), kind: Type.String() });

export interface EventKind {
  summary: string;
  data: TSchema;
}

export type EventKinds = Readonly<Record<string, EventKind>>;
