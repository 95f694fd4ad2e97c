/**
 * What the service tells of its own work, through Node's diagnostics channels: whoever counts or traces subscribes, and
 * where nobody does nothing is made. Nothing of a caller goes in: routes and not addresses, kinds and not ids.
 */
import { type Channel, channel } from 'node:diagnostics_channel';

export interface AnsweredRequest {
  method: string;
  /** As it is registered, such as `/v1/pledges/:id`; null where there is none. */
  route: string | null;
  status: number;
  seconds: number;
}

export interface DeliveryAttempt {
  /** `failed` is tried again, `dead` is not. */
  outcome: 'delivered' | 'failed' | 'dead';
  seconds: number;
}

export interface QueryStep {
  step: 'begun' | 'ended' | 'late';
}

export interface EndedSlot {
  job: string;
  state: 'done' | 'failed';
  seconds: number;
}

export interface Valued {
  valuations: number;
}

interface Told {
  request: AnsweredRequest;
  attempt: DeliveryAttempt;
  query: QueryStep;
  slot: EndedSlot;
  valued: Valued;
}

const CHANNELS: { [Name in keyof Told]: Channel } = {
  request: channel('pledgewatch.request'),
  attempt: channel('pledgewatch.attempt'),
  query: channel('pledgewatch.query'),
  slot: channel('pledgewatch.slot'),
  valued: channel('pledgewatch.valued'),
};

export function tell<Name extends keyof Told>(name: Name, told: Told[Name]): void {
  if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(told);
}

export function hear<Name extends keyof Told>(name: Name, listener: (told: Told[Name]) => void): void {
  CHANNELS[name].subscribe((told) => listener(told as Told[Name]));
}
