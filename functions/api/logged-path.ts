// A path as logs may have it: the addresses of pings are credentials.

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

export function loggedPath(path: string): string {
  return path.replace(/^\/ping\/[^/]+/, '/ping/{key}').replace(UUID, '{uuid}');
}
