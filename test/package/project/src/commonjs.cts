// CommonJS: Node loads the package by require.
import flyball = require('flyball');

const { governed } = flyball;

export const handler = governed({ service: 'shop' }, (event: { readonly name: string }) =>
  Promise.resolve(`hello ${event.name}`),
);
