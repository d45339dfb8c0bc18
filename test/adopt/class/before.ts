// A handler that is a method, as Powertools' decorators want it.
export class Lambda {
  readonly #currency = 'EUR';

  async handler(event: { readonly amount: number }): Promise<string> {
    return `${event.amount.toFixed(2)} ${this.#currency}`;
  }
}

const lambda = new Lambda();
export const handler = lambda.handler.bind(lambda);
