/** Where what of an endpoint is sealed at rest is kept, for the vault. */

/** Of its secret and of the one before, so that a rotation only moves it on. */
export function endpointPlace(id: string): string {
  return `endpoint/${id}`;
}

/** Of its own headers by lower-case name. */
export function headersPlace(id: string): string {
  return `endpoint/${id}/headers`;
}
