// A handler in CommonJS.
exports.handler = async (event) => ({ statusCode: 200, body: `hello ${event.name}` });
