/** Where a desk stands with a client, and which steps lead on from there. Pure: the service asks it, the store writes. */

export const STAGES = ['lead', 'contacted', 'qualified', 'offered', 'served', 'dormant', 'lost'] as const;
export type Stage = (typeof STAGES)[number];

/** A client begins as a lead. One that was lost or sleeps may be asked again; nobody is served who was offered nothing. */
export const STAGE_MOVES: Readonly<Record<Stage, readonly Stage[]>> = {
  lead: ['contacted', 'lost'],
  contacted: ['qualified', 'dormant', 'lost'],
  qualified: ['offered', 'dormant', 'lost'],
  offered: ['served', 'qualified', 'dormant', 'lost'],
  served: ['offered', 'dormant'],
  dormant: ['contacted', 'lost'],
  lost: ['contacted'],
};

export function mayMove(from: Stage, to: Stage): boolean {
  return STAGE_MOVES[from].includes(to);
}

export const CLIENT_KINDS = ['firm', 'university', 'inventor', 'local_government'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];
