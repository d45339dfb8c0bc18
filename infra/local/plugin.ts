// The local world as a Serverless plugin: hooks only.
export default class LocalWorld {
  hooks = {};
}
