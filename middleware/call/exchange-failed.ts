// How an exchange over HTTP fails that got no answer: in a file of its own, since tests put others in the network's place.

/** An exchange that ended without an answer. `connected`: something may have been sent. */
export class ExchangeFailed extends Error {
  override readonly name = 'ExchangeFailed';
  readonly connected: boolean;
  constructor(message: string, connected: boolean, options: ErrorOptions) {
    super(message, options);
    this.connected = connected;
  }
}
