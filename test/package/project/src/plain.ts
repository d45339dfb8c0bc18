// A handler that knows nothing of flyball.
export const handler = (event: { readonly name?: string }) =>
  Promise.resolve({ statusCode: 200, body: `hello ${event.name ?? 'you'}` });
