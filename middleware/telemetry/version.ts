// The version of this library, as telemetry reports it; a test holds it to package.json, which stays out of bundles.
export const LIBRARY_VERSION = '0.1.0';
