// An ES module function that has never heard of flyball.
export const api = {
  handler: async (event) => ({ statusCode: 200, body: `hello ${event.rawPath} from an ES module` }),
};
export const streaming = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('streamed');
  stream.end();
});
