// The same class, governed: nothing of it changes but how its method becomes the handler.
import { governed } from 'flyball';

export class Lambda {
  readonly #currency = 'EUR';

  async handler(event: { readonly amount: number }): Promise<string> {
    return `${event.amount.toFixed(2)} ${this.#currency}`;
  }
}

const lambda = new Lambda();
export const handler = governed({ service: 'shop' }, lambda.handler.bind(lambda));
