// The week's report: what fired by rule and what became of it, so that what nobody acts on is found and quietened.
import { queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { now } from '../../clock.ts';
import { alertTexts, kindKey } from '../../parts/alert-texts.ts';
import { countOf } from '../../parts/number.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { durationOf, Time } from '../../parts/time.tsx';
import { Link, useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Report, RuleReport } from './answers.ts';
import { alertsTexts } from './texts.ts';
import { besides } from './weeks.ts';

const REPORT_MS = 60_000;
const COUNTS = ['fired', 'sent', 'messages', 'held', 'acknowledged', 'ignored', 'dead'] as const;
const TITLES = {
  fired: 'fired',
  sent: 'told',
  messages: 'messages',
  held: 'heldCount',
  acknowledged: 'acked',
  ignored: 'ignored',
  dead: 'dead',
} as const;

export function WeekReport() {
  const t = useTexts(alertsTexts);
  const words = useTexts(alertTexts);
  const [week] = useParam('week');
  const [sort, setSort] = useParam('sort');
  const live = useLive<Report>(`/v1/alerts/report${queryOf({ week })}`, REPORT_MS);
  const nameOf = ({ kind, service, name }: RuleReport) => {
    const word = kindKey(kind);
    return `${word ? words(word) : kind} ${service}/${name}`;
  };
  const columns: readonly Column<RuleReport>[] = [
    {
      ...{ key: 'rule', title: t('rule'), width: 'minmax(150px, 3fr)', by: nameOf },
      cell: (rule) => <span title={nameOf(rule)}>{nameOf(rule)}</span>,
    },
    ...COUNTS.map((count) => ({
      ...{ key: count, title: t(TITLES[count]), width: '118px', end: true, by: (rule: RuleReport) => rule[count] },
      cell: (rule: RuleReport) => countOf(rule[count]),
    })),
    {
      ...{ key: 'toAck', title: t('toAck'), width: '150px', end: true },
      by: ({ medianToAcknowledgeMs }) => medianToAcknowledgeMs ?? -1,
      cell: ({ medianToAcknowledgeMs: ms }) => (ms === undefined ? '–' : durationOf(ms)),
    },
  ];
  return (
    <Shown of={live}>
      {({ week: shown, from, until, complete, rules }) => {
        const [before, after] = besides(Date.parse(from), Date.parse(until));
        // Of a week that has not begun there is no report.
        const isOver = Date.parse(until) <= now();
        return (
          <>
            <div class="row">
              <h2>{t('week', { week: shown })}</h2>
              <span class="quiet">
                <Time at={from} full /> – <Time at={until} full />
              </span>
              <Link class="button" to={`/alerts/report?week=${before}`}>
                {t('before')}
              </Link>
              {isOver ? (
                <Link class="button" to={`/alerts/report?week=${after}`}>
                  {t('after')}
                </Link>
              ) : null}
            </div>
            <p class="quiet">{t('reportSays')}</p>
            {complete ? null : <div class="note warn">{t('reportIncomplete')}</div>}
            <Table
              label={t('report')}
              columns={columns}
              rows={rules}
              rowKey={({ kind, service, name }) => `${kind} ${service} ${name}`}
              sort={sort}
              onSort={setSort}
              minWidth={1000}
              empty={<Empty title={t('noReport')} />}
            />
          </>
        );
      }}
    </Shown>
  );
}
