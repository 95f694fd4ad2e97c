/** What was promised against what arrived. Pure. */
import { eventTypeOf, type Move } from './moves.ts';
import type { Arrival } from './receivers.ts';
import type { Subscription } from './stage.ts';

export interface Judgement {
  /** Committed moves times subscribed endpoints, never received. */
  lost: number;
  /** First arrivals at an endpoint behind a later event of the same pledge. */
  reordered: number;
  /** Arrivals of what the endpoint already had. */
  duplicates: number;
  duplicates_same_id_and_bytes: number;
  /** Arrivals of what was never committed. */
  phantom: number;
}

export interface Evidence {
  subscriptions: readonly Subscription[];
  /** Moves whose transaction ended well, by id. */
  committed: ReadonlyMap<string, Move>;
  /** Bank and firm of each pledge, by its id. */
  parties: ReadonlyMap<string, readonly string[]>;
  /** In their order. */
  arrivals: readonly Arrival[];
}

interface Body {
  data: { pledge_id: string; pledge_seq: number; detail: { move_id: string } };
}

export function judge({ subscriptions, committed, parties, arrivals }: Evidence): Judgement {
  const judgement = { lost: 0, reordered: 0, duplicates: 0, duplicates_same_id_and_bytes: 0, phantom: 0 };
  const first = new Map<string, Arrival>();
  const latest_seq = new Map<string, number>();
  for (const arrival of arrivals) {
    const { pledge_id, pledge_seq, detail } = (JSON.parse(arrival.body) as Body).data;
    if (!committed.has(detail.move_id)) judgement.phantom += 1;
    const earlier = first.get(`${arrival.path} ${detail.move_id}`);
    if (earlier) {
      judgement.duplicates += 1;
      const same = earlier.webhook_id === arrival.webhook_id && earlier.body === arrival.body;
      if (same) judgement.duplicates_same_id_and_bytes += 1;
      continue;
    }
    first.set(`${arrival.path} ${detail.move_id}`, arrival);
    const lane = `${arrival.path} ${pledge_id}`;
    if (pledge_seq <= (latest_seq.get(lane) ?? 0)) judgement.reordered += 1;
    else latest_seq.set(lane, pledge_seq);
  }
  for (const move of committed.values())
    for (const { path, organisation_id, event_types } of subscriptions) {
      const subscribed = event_types.includes(eventTypeOf(move.to_state));
      const concerned = parties.get(move.pledge_id)!.includes(organisation_id);
      if (subscribed && concerned && !first.has(`${path} ${move.id}`)) judgement.lost += 1;
    }
  return judgement;
}
