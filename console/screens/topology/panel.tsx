// What is known of the node or the edge that is chosen, and where to go from it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useOpenAlerts } from '../../attention.ts';
import { State } from '../../parts/state.tsx';
import { go, Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { MapNode } from './answers.ts';
import { keyOf } from './boxes.ts';
import { Duration, Facts, Names } from './facts.tsx';
import type { Figures } from './figures.ts';
import type { DrawnEdge, Graph } from './graph.ts';
import { kindOf, nameOf, Sign } from './kinds.tsx';
import { Neighbours } from './neighbours.tsx';
import { subjectOf } from './past.ts';
import { toMap, toNode, type Chosen } from './places.ts';
import { refusalsOf } from './refusals.ts';
import { Since } from './since.tsx';
import { mapTexts } from './texts.ts';

interface PanelProps {
  graph: Graph;
  chosen: Exclude<Chosen, undefined>;
  /** The end of the five minutes that are shown, epoch ms. */
  until: number;
  onHide: (what: string) => void;
}

export function Panel({ graph, chosen, until, onHide }: PanelProps) {
  const t = useTexts(mapTexts);
  if ('node' in chosen) {
    const drawn = graph.nodes.get(chosen.node);
    return drawn ? (
      <NodePanel drawn={drawn} graph={graph} until={until} onHide={onHide} />
    ) : (
      <Framed of={chosen.node} title={chosen.node}>
        {t('none')}
      </Framed>
    );
  }
  const edge = graph.edges.find(({ key }) => key === keyOf(chosen.edge));
  return edge ? (
    <EdgePanel edge={edge} graph={graph} until={until} />
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
  until: number;
  onHide: (what: string) => void;
}

function NodePanel({ drawn, graph, until, onHide }: NodePanelProps) {
  const t = useTexts(mapTexts);
  const { node } = drawn;
  const inbound = graph.edges.filter((edge) => edge.to === node.id);
  const outbound = graph.edges.filter((edge) => edge.from === node.id);
  return (
    <Framed
      of={node.id}
      title={
        <>
          <Sign kind={node.kind} /> {nameOf(t, node)} <small class="quiet">{kindOf(t, node.kind)}</small>
        </>
      }
    >
      <Facts of={drawn} refusals={refusalsOf((inbound.length > 0 ? inbound : outbound).map(({ edge }) => edge))}>
        <Since of={subjectOf({ node: node.id })} until={until} />
        <Names title={t('functions')} names={node.functions} />
        <Names title={t('claimedBy')} names={node.claimedBy} />
      </Facts>
      {node.kind === 'service' ? <ServiceLinks name={node.name} /> : null}
      <Neighbours title={t('calledBy')} edges={inbound} end="from" graph={graph} />
      <Neighbours title={t('calls')} edges={outbound} end="to" graph={graph} />
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

function EdgePanel({ edge, graph, until }: { edge: DrawnEdge; graph: Graph; until: number }) {
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
      <Facts of={edge} refusals={refusalsOf([edge.edge])} caller={caller?.kind === 'service' ? caller.name : undefined}>
        <Since of={subjectOf({ edge, dependencies: edge.edge?.dependencies ?? [] })} until={until} />
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

function ServiceLinks({ name }: { name: string }) {
  const t = useTexts(mapTexts);
  const { data } = useOpenAlerts();
  const alerts = data?.alerts.filter(({ service, status }) => service === name && status === 'firing') ?? [];
  const listed = useLive<{ services: readonly { service: string; owner?: string }[] }>(
    `/v1/services${queryOf({ prefix: name, limit: 1 })}`,
    300_000,
  ).data?.services;
  const owner = listed?.find(({ service }) => service === name)?.owner;
  return (
    <nav class="stack links" aria-label={t('links', { name })}>
      <div>
        <strong>{name}</strong> {owner === undefined ? null : <span class="quiet">{t('ownedBy', { owner })}</span>}
      </div>
      <div class="row">
        <Link to={to`/services/${name}`}>{t('service')}</Link>
        <Link to={to`/rules/${name}`}>{t('rules')}</Link>
        <Link to={`/traces?service=${encodeURIComponent(name)}`}>{t('traces')}</Link>
        <Link to={`/alerts?service=${encodeURIComponent(name)}`}>{t('alerts')}</Link>
      </div>
      {alerts.map(({ id, summary, severity }) => (
        <Link key={id} to={to`/alerts/${id}`} lang="en">
          <State kind={severity === 'realtime' ? 'bad' : 'warn'}>{summary}</State>
        </Link>
      ))}
    </nav>
  );
}
