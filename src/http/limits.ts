/** Limits of one HTTP server. Rates, which an operator may want to set, are in `src/config.ts`. */
export const BODY_LIMIT_BYTES = 262_144;
/**
 * Request line and header fields together; more is answered 431. Their number has no limit of its own: Node would drop
 * the fields beyond it in silence, an If-Match among them.
 */
export const HEADER_LIMIT_BYTES = 16_384;
export const UNLIMITED_HEADER_COUNT = 0;

/** From a request's first byte to its last. */
export const REQUEST_TIMEOUT_MS = 30_000;
export const HEADERS_TIMEOUT_MS = 10_000;
/** A socket on which nothing moves, also one whose client does not read the answer. */
export const CONNECTION_TIMEOUT_MS = 60_000;
/** How often sockets are looked at for the limits above, which are kept no more exactly than this. */
export const CONNECTION_CHECK_MS = 5_000;

/** Connections beyond are closed at once. */
export const MAX_CONNECTIONS = 2_000;
/** After so many requests the client is told to connect anew, so that load spreads over servers that were added. */
export const MAX_REQUESTS_PER_SOCKET = 1_000;

/** Rates are counted in windows that begin with the first request of a key or an address. */
export const RATE_WINDOW_SECONDS = 60;
/** Attempts to sign in to one account, right or wrong, known or not. */
export const SIGN_INS_PER_ACCOUNT = 10;
export const SIGN_IN_WINDOW_SECONDS = 900;
/** Refusals a minute that are in the log at the level info: of one key, person or address, and of all. */
export const REFUSALS_TOLD_OF_ONE = 10;
export const REFUSALS_TOLD_OF_ALL = 600;
/** Keys and addresses counted at a time; the one not heard of for longest is forgotten first. */
export const MAX_COUNTED = 20_000;

/** How long a browser may keep the answer to a preflight request. */
export const PREFLIGHT_MAX_AGE_SECONDS = 600;
