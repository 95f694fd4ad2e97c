/** What the receiver's process and the bench tell each other. */

/** An endpoint whose requests are never answered. */
export const HANGING_PATH = '/hanging';

export interface Arrival {
  /** Path of the endpoint. */
  path: string;
  event_id: string;
  /** By `monotonicMs`, when the whole request was there. */
  at_ms: number;
}

export interface ReceiverReady {
  /** `127.0.0.1:port` */
  host: string;
}

/** 'arrivals since' the last such question; 'let go' of the requests that hang, by cutting their lines. */
export interface ReceiverQuestion {
  what: 'arrivals since' | 'let go';
}

/** The machine's steady clock, the same in all its processes. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
