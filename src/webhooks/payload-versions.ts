/** Versions of the events' bodies. An endpoint is pinned to one, so that its receiver never meets another unasked. */

/** Dates of the changes that receivers must know of, oldest first. */
export const PAYLOAD_VERSIONS = ['2026-11-22'] as const;

export type PayloadVersion = (typeof PAYLOAD_VERSIONS)[number];

export const NEWEST_PAYLOAD_VERSION: PayloadVersion = PAYLOAD_VERSIONS.at(-1)!;

/** The header of each delivery that says it. */
export const PAYLOAD_VERSION_HEADER = 'pledgewatch-payload-version';
