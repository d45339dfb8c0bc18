// The key that the services of one local world sign their calls with.

/** As `FLYBALL_SIGNING_KEYS` takes it. `random` must be cryptographically strong. */
export function newSigningKeys(random: (bytes: number) => Buffer): string {
  return JSON.stringify({ current: 'local', keys: [{ kid: 'local', k: random(32).toString('base64url') }] });
}
