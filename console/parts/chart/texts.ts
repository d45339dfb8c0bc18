// What charts say.
import { texts } from '../../text/language.ts';

export const chartTexts = texts(
  {
    table: 'As a table',
    at: 'Time',
    moment: '{label}: moment in time',
    unknown: 'not known',
    none: 'No values yet.',
    failed: 'The chart could not be loaded; the table below has its values.',
  },
  {
    table: '以表格显示',
    at: '时间',
    moment: '{label}：时刻',
    unknown: '未知',
    none: '暂无数据。',
    failed: '图表无法加载，数值见下表。',
  },
);
