/**
 * Who may do what: for each kind of organisation its roles, for each role the actions, and for each scope of a key the same.
 * A route says which kinds may call it and which action it is (`config.access`, `config.scope`); everything else is here.
 */

/**
 * read: ask. write: what a bank, a firm or another customer does from day to day. review: work on cases of review. decide: what
 * takes a second pair of eyes or puts rules and models in force. operate: sources, calendar, signing keys and delivery.
 * administer: people and keys.
 */
export const ACTIONS = ['read', 'write', 'review', 'decide', 'operate', 'administer'] as const;
export type Action = (typeof ACTIONS)[number];

/** The first role of each kind is that of its first person, and may everything. */
export const ROLES = {
  bank: { admin: ACTIONS, officer: ['read', 'write', 'decide', 'operate'], viewer: ['read'] },
  firm: { owner: ACTIONS, member: ['read', 'write', 'operate'] },
  staff: {
    admin: ACTIONS,
    operator: ['read', 'write', 'operate'],
    senior_reviewer: ['read', 'review', 'decide'],
    reviewer: ['read', 'review'],
  },
  agency: { admin: ACTIONS, member: ['read', 'write'] },
  expert: { admin: ACTIONS, member: ['read', 'write'] },
  buyer: { admin: ACTIONS, member: ['read', 'write'] },
} as const satisfies Record<string, Record<string, readonly Action[]>>;

/** What a key may be used for: asking, and changing something. */
export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

const SCOPE_ACTIONS: Readonly<Record<Scope, readonly Action[]>> = {
  read: ['read'],
  write: ['write', 'review', 'decide', 'operate', 'administer'],
};

type RoleTable = Readonly<Record<string, Readonly<Record<string, readonly Action[]>>>>;
const TABLE: RoleTable = ROLES;

/** All roles of all kinds, each once. */
export const ROLE_NAMES: readonly string[] = [...new Set(Object.values(TABLE).flatMap(Object.keys))];

export function rolesOf(kind: string): string[] {
  return Object.keys(TABLE[kind]!);
}

/** @returns [] for a role that the kind does not have */
export function actionsOfRole(kind: string, role: string): readonly Action[] {
  return TABLE[kind]?.[role] ?? [];
}

export function actionsOfScopes(scopes: readonly Scope[]): readonly Action[] {
  return scopes.flatMap((scope) => SCOPE_ACTIONS[scope]);
}

/** Whether a key of these scopes may do nothing that `actions` do not hold already. */
export function coversScopes(actions: readonly Action[], scopes: readonly Scope[]): boolean {
  return actionsOfScopes(scopes).every((action) => actions.includes(action));
}
