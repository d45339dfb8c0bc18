// A CommonJS function that has never heard of flyball.
exports.handler = async (event) => ({ statusCode: 200, body: `hello ${event.rawPath} from CommonJS` });
exports.failing = async () => {
  throw new RangeError('this order is out of range');
};
exports.plain = (event) => ({ statusCode: 200, body: `at once ${event.rawPath}` });
exports.calling = (event, context, callback) => callback(null, { statusCode: 200 });
