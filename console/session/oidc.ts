// Signing in at an identity provider.
export interface SignIn {
  readonly name: string;
  readonly clientId: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly scope: string;
}

export interface SignedIn {
  readonly token: string;
  /** ms since the epoch. */
  readonly expiresAt?: number;
  /** Where in the page the viewer was going: `/alerts/…`. */
  readonly returnTo: string;
}
