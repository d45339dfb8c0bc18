// Sends spans to the X-Ray daemon with AWS's SDK, which is loaded by the first sampled invocation and not before.
import type { Invocation } from '../kernel/invocation.ts';
import { notInstalled } from '../kernel/optional.ts';
import { newSpanId, rootOf, type TraceContext } from './context.ts';
import { incomingTrace, linkedTraces } from './incoming.ts';
import { isSampled } from './runtime.ts';
import type { Link, Place, XRaySdk } from './segments.ts';
import type { Span } from './span.ts';
import type { Tracer } from './tracer.ts';

type Send = (place: Place, root: Span) => void;

async function loadSender(): Promise<Send> {
  const [{ send }, loaded] = await Promise.all([
    import('./segments.ts'),
    import('aws-xray-sdk-core').catch(notInstalled('aws-xray-sdk-core')),
  ]);
  const sdk: XRaySdk = loaded.default;
  return (place, root) => send(sdk, place, root);
}

/** Records the invocations that Lambda samples. */
export function xrayTracer(load: () => Promise<Send> = loadSender): Tracer {
  let loading: Promise<Send> | undefined;
  let send: Send | undefined;

  function loaded(): Promise<Send> {
    loading ??= load().then((found) => (send = found));
    return loading;
  }

  return {
    begin(invocation, runtimeHeader) {
      if (!isSampled(runtimeHeader)) return undefined;
      const trace = incomingTrace(invocation.trigger, invocation.event, runtimeHeader);
      const { traceId, parentId } = trace?.xray ?? {};
      if (!trace || traceId === undefined || parentId === undefined) return undefined;
      // A failure is met again, and reported, at the end.
      loaded().catch(() => {});
      const { random } = invocation.instance;
      const place = { root: rootOf(traceId), parentId, links: linksOf(invocation, traceId) };
      return {
        trace,
        traceId,
        rootId: newSpanId(random),
        recorded: true,
        child: () => newSpanId(random),
        within: (_span, work) => work(),
        end(root) {
          if (send) send(place, root);
          else return loaded().then((found) => found(place, root));
        },
      };
    },
  };
}

/** The traces of a batch's messages, but for the one that the invocation goes on with. */
function linksOf({ trigger, event }: Invocation, ownTraceId: string): Link[] {
  const others = linkedTraces(trigger, event).map(({ xray, w3c }) => xray ?? w3c);
  return others.flatMap((other) => (other && other.traceId !== ownTraceId ? (linkTo(other) ?? []) : []));
}

function linkTo({ traceId, parentId }: TraceContext): Link | undefined {
  if (parentId === undefined) return undefined;
  return { trace_id: rootOf(traceId), id: parentId, attributes: { 'aws.xray.reserved.reference_type': 'parent' } };
}
