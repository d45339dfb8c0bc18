// The same handler, governed. Node 22.12 and newer load ESM by require; on older ones, await import('flyball').
const { governed } = require('flyball');

exports.handler = governed({ service: 'shop' }, async (event) => ({ statusCode: 200, body: `hello ${event.name}` }));
