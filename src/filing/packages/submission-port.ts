/** Handing a package in: whatever takes it gives a receipt. */

/** What is handed in. */
export interface Handed {
  /** Of the file, without folders; the same for the same package. */
  name: string;
  /** Of the bytes, in hex. */
  sha256: string;
  bytes: Uint8Array;
  at: Date;
}

export interface Receipt {
  number: string;
  name: string;
  sha256: string;
  /** When it was taken for the first time, ISO 8601, UTC. */
  received_at: string;
}

/** The same package handed in twice is taken once, and gets the receipt that it got. */
export interface SubmissionPort {
  /** @throws Error when it was not taken, with what stood in the way; it may then be tried again */
  submit(handed: Handed): Promise<Receipt>;
}
