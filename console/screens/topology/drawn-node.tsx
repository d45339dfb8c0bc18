// A node of the map: its sign and name, what goes through it, and how it fares by colour, shape and word.
import { percentOf, rateOf } from '../../parts/number.ts';
import { Shape } from '../../parts/state.tsx';
import { Link } from '../../router/router.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { Box } from './boxes.ts';
import { shortened, type Figures } from './figures.ts';
import type { DrawnNode } from './graph.ts';
import { kindOf, nameOf, signOf } from './kinds.tsx';
import { widthOf } from './measure.ts';
import { toNode } from './places.ts';
import { mapTexts, type MapTextKey } from './texts.ts';

interface NodeBoxProps {
  drawn: DrawnNode;
  box: Box;
  chosen: boolean;
  faint: boolean;
  /** What many names begin with, and is left out: all of it is in the title. */
  stem: string;
}

const TEXT_PX = 128;

export function NodeBox({ drawn, box, chosen, faint, stem }: NodeBoxProps) {
  const t = useTexts(mapTexts);
  const { node, fares } = drawn;
  const name =
    stem !== '' && node.kind !== 'service' && node.name.startsWith(stem)
      ? `…${node.name.slice(stem.length)}`
      : nameOf(t, node);
  const says = rateText(t, drawn);
  const fit = (weight: number, size: number) => (text: string) => widthOf(text, weight, size) <= TEXT_PX;
  const kind = node.name === '' ? '' : `${kindOf(t, node.kind)} `;
  const about = t('nodeIs', { name: `${kind}${nameOf(t, node)}`, fares: t(`fares.${fares}`), rate: says });
  return (
    <g
      class={`node ${fares} ${chosen ? 'chosen' : ''} ${faint ? 'faint' : ''}`}
      transform={`translate(${String(box.x)} ${String(box.y)})`}
      data-node={node.id}
    >
      <Link to={toNode(node.id)} {...(chosen ? { 'aria-current': 'true' as const } : {})}>
        <title>{about}</title>
        <rect class="box" width={box.width} height={box.height} rx={7} />
        <path class="sign" d={signOf(node.kind)} transform="translate(10 14)" />
        <text class="name" aria-hidden="true" x={34} y={19}>
          {shortened(name, fit(600, 13))}
        </text>
        <text class="says" aria-hidden="true" x={34} y={35}>
          {shortened(drawn.count === 0 ? kindOf(t, node.kind) : says, fit(400, 11))}
        </text>
        <svg x={box.width - 19} y={17} width={10} height={10} class="fares">
          <Shape kind={fares} />
        </svg>
      </Link>
    </g>
  );
}

/** `4.4/s · 1.2 %`: the share is of errors, and only there if there are any. */
export function rateText(t: Tell<MapTextKey>, { count, ratePerSecond, errorShare }: Figures): string {
  if (count === 0 || ratePerSecond === null) return t('noRate');
  const rate = rateOf(ratePerSecond);
  return errorShare > 0 ? `${rate} · ${t('failedShort', { share: percentOf(errorShare) })}` : rate;
}
