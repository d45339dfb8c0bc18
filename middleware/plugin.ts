// flyballPlugin: apart from govern.ts, so that only functions that govern an AWS SDK client load what that takes.
import { inertPlugin, sdkPlugin, type FlyballPlugin, type FlyballPluginOptions } from './call/sdk/plugin.ts';
import { disabled } from './kernel/disabled.ts';
import { outboundOf } from './slots.ts';

/**
 * Governs an AWS SDK v3 client as a dependency: `client.middlewareStack.use(flyballPlugin('inventory-table'))`. Within a
 * governed invocation each attempt is one request; outside of one the client works as it did. What the SDK throws is
 * thrown as it is, and `Refused`, `DeadlineExceeded` or `DependencyFailed` for what flyball decided itself.
 * @throws {Misused} without the name of a dependency.
 */
export function flyballPlugin(dependency: string, options?: FlyballPluginOptions): FlyballPlugin {
  return disabled ? inertPlugin(dependency) : sdkPlugin({ outbound: outboundOf }, dependency, options);
}
