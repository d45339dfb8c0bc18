// What is known of the node or the edge that is chosen, and where to go from it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useOpenAlerts } from '../../attention.ts';
import { countOf, percentOf, rateOf } from '../../parts/number.ts';
import { State } from '../../parts/state.tsx';
import { durationOf } from '../../parts/time.tsx';
import { go, Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { MapNode, Quantiles } from './answers.ts';
import { keyOf } from './boxes.ts';
import type { Figures } from './figures.ts';
import type { DrawnEdge, Graph } from './graph.ts';
import { kindOf, nameOf, Sign } from './kinds.tsx';
import { Neighbours } from './neighbours.tsx';
import { toMap, toNode, type Chosen } from './places.ts';
import { mapTexts } from './texts.ts';

interface PanelProps {
  graph: Graph;
  chosen: Exclude<Chosen, undefined>;
  onHide: (what: string) => void;
}

export function Panel({ graph, chosen, onHide }: PanelProps) {
  const t = useTexts(mapTexts);
  if ('node' in chosen) {
    const drawn = graph.nodes.get(chosen.node);
    return drawn ? (
      <NodePanel drawn={drawn} graph={graph} onHide={onHide} />
    ) : (
      <Framed of={chosen.node} title={chosen.node}>
        {t('none')}
      </Framed>
    );
  }
  const edge = graph.edges.find(({ key }) => key === keyOf(chosen.edge));
  return edge ? (
    <EdgePanel edge={edge} graph={graph} />
  ) : (
    <Framed of={keyOf(chosen.edge)} title={`${chosen.edge.from} → ${chosen.edge.to}`}>
      {t('none')}
    </Framed>
  );
}

interface FramedProps {
  of: string;
  title: ComponentChildren;
  children: ComponentChildren;
}

function Framed({ of, title, children }: FramedProps) {
  const t = useTexts(mapTexts);
  const panel = useRef<HTMLElement>(null);
  // Beneath the map on a phone, where it would not be seen.
  useEffect(() => panel.current?.scrollIntoView({ block: 'nearest' }), [of]);
  return (
    <section ref={panel} class="panel card" aria-labelledby="map-panel">
      <div class="panel-head">
        <h2 id="map-panel">{title}</h2>
        <button type="button" class="plain" aria-label={t('close')} onClick={() => go(toMap())}>
          ✕
        </button>
      </div>
      {children}
    </section>
  );
}

interface NodePanelProps {
  drawn: Figures & { node: MapNode };
  graph: Graph;
  onHide: (what: string) => void;
}

function NodePanel({ drawn, graph, onHide }: NodePanelProps) {
  const t = useTexts(mapTexts);
  const { node } = drawn;
  return (
    <Framed
      of={node.id}
      title={
        <>
          <Sign kind={node.kind} /> {nameOf(t, node)} <small class="quiet">{kindOf(t, node.kind)}</small>
        </>
      }
    >
      <Facts of={drawn}>
        <Names title={t('functions')} names={node.functions} />
        <Names title={t('claimedBy')} names={node.claimedBy} />
      </Facts>
      {node.kind === 'service' ? <ServiceLinks name={node.name} /> : null}
      <Neighbours
        title={t('calledBy')}
        edges={graph.edges.filter((edge) => edge.to === node.id)}
        end="from"
        graph={graph}
      />
      <Neighbours
        title={t('calls')}
        edges={graph.edges.filter((edge) => edge.from === node.id)}
        end="to"
        graph={graph}
      />
      <div class="row">
        <button type="button" onClick={() => onHide(node.id)}>
          {t('hide')}
        </button>
        {node.kind === 'service' ? null : (
          <button type="button" onClick={() => onHide(`${node.kind}:*`)}>
            {t('hideKind')}
          </button>
        )}
      </div>
    </Framed>
  );
}

function EdgePanel({ edge, graph }: { edge: DrawnEdge; graph: Graph }) {
  const t = useTexts(mapTexts);
  const ends = [graph.nodes.get(edge.from)?.node, graph.nodes.get(edge.to)?.node];
  const named = ends.map((node) => (node ? nameOf(t, node) : ''));
  const services = [...new Set(ends.flatMap((node) => (node?.kind === 'service' ? [node.name] : [])))];
  const [caller] = ends;
  return (
    <Framed
      of={edge.key}
      title={
        <>
          <Link to={toNode(edge.from)}>{named[0]}</Link> → <Link to={toNode(edge.to)}>{named[1]}</Link>
        </>
      }
    >
      <Facts of={edge}>
        <Duration title={t('duration')} of={edge.edge?.durationMs} />
        <Duration title={t('age')} hint={t('ageHint')} of={edge.edge?.ageMs} />
        {edge.edge?.dependencies ? (
          <>
            <dt>{t('dependencies')}</dt>
            <dd>
              {caller?.kind === 'service' ? (
                <Link to={to`/rules/${caller.name}`}>{edge.edge.dependencies.join(', ')}</Link>
              ) : (
                edge.edge.dependencies.join(', ')
              )}
            </dd>
          </>
        ) : null}
        {edge.edge ? (
          <>
            <dt>{t('reportedBy')}</dt>
            <dd>{t(`reported.${edge.edge.reportedBy}`)}</dd>
          </>
        ) : null}
      </Facts>
      {services.map((name) => (
        <ServiceLinks key={name} name={name} />
      ))}
    </Framed>
  );
}

function Facts({ of, children }: { of: Figures; children: ComponentChildren }) {
  const t = useTexts(mapTexts);
  const { fares, count, ratePerSecond, errorShare, refusedShare } = of;
  return (
    <>
      <div>
        <State kind={fares} title={t('legend')}>
          {t(`fares.${fares}`)}
        </State>
      </div>
      <dl class="facts">
        {count === 0 ? null : (
          <>
            <dt>{t('rate')}</dt>
            <dd class="number">{ratePerSecond === null ? '–' : rateOf(ratePerSecond)}</dd>
            <dt>{t('count')}</dt>
            <dd class="number">{countOf(count)}</dd>
            <dt>{t('errors')}</dt>
            <dd class="number">{percentOf(errorShare)}</dd>
            <dt>{t('refused')}</dt>
            <dd class="number">{percentOf(refusedShare)}</dd>
          </>
        )}
        {children}
      </dl>
    </>
  );
}

function Duration({ title, hint, of }: { title: string; hint?: string; of: Quantiles | null | undefined }) {
  if (!of) return null;
  return (
    <>
      <dt title={hint}>{title}</dt>
      <dd class="quantiles number">
        {(['p50', 'p95', 'p99', 'max'] as const).map((name) => (
          <span key={name}>
            <small class="quiet">{name}</small> {durationOf(of[name])}
          </span>
        ))}
      </dd>
    </>
  );
}

function Names({ title, names }: { title: string; names: readonly string[] | undefined }) {
  if (!names || names.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd class="mono">{names.join(', ')}</dd>
    </>
  );
}

function ServiceLinks({ name }: { name: string }) {
  const t = useTexts(mapTexts);
  const { data } = useOpenAlerts();
  const alerts = data?.alerts.filter(({ service, status }) => service === name && status === 'firing') ?? [];
  return (
    <nav class="stack links" aria-label={t('links', { name })}>
      <div class="row">
        <Link to={to`/services/${name}`}>{t('service')}</Link>
        <Link to={to`/rules/${name}`}>{t('rules')}</Link>
        <Link to={`/traces?service=${encodeURIComponent(name)}`}>{t('traces')}</Link>
        <Link to={`/alerts?service=${encodeURIComponent(name)}`}>{t('alerts')}</Link>
      </div>
      {alerts.map(({ id, summary, severity }) => (
        <Link key={id} to={to`/alerts/${id}`}>
          <State kind={severity === 'realtime' ? 'bad' : 'warn'}>{summary}</State>
        </Link>
      ))}
    </nav>
  );
}
